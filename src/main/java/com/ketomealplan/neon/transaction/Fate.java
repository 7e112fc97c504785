package com.ketomealplan.neon.transaction;

/** What became of a COMMIT that was not answered. */
public enum Fate {
    COMMITTED,
    /** Rolled back. */
    ABORTED,
    /** Nobody can know. */
    UNKNOWN
}
