package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.FailureKind;

/** Hears what becomes of units of work, on their threads: must not block. */
public interface UnitListener {

    /** A unit was rolled back for this reason, and is run again. */
    default void replayed(FailureKind reason) {}

    /** A COMMIT had no answer, and was looked up. */
    default void resolved(Fate fate) {}
}
