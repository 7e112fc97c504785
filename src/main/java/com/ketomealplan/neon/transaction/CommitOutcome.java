package com.ketomealplan.neon.transaction;

/** The outcome of a COMMIT that had no answer. */
public enum CommitOutcome {
    COMMITTED,
    /** Rolled back. */
    ABORTED,
    /** It cannot be determined. */
    UNKNOWN
}
