package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.FailureKind;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;

/** Hears what becomes of units of work, on their threads: must not block. */
public interface UnitListener {

    /** A unit begins. What it does then, it does on this thread. */
    default void begun() {}

    /** A unit was rolled back for this reason, and is run again. */
    default void replayed(FailureKind reason) {}

    /** A run of a unit that has used the database was rolled back. */
    default void rolledBack(Throwable failure) {}

    /** COMMIT was sent, and took so long: with its look-up, if it had no answer. */
    default void committed(Duration time, Optional<Throwable> failure) {}

    /** A COMMIT had no answer, and was looked up. */
    default void resolved(Fate fate) {}

    /**
     * A run of a unit has ended, and the connection that it used is about to be given back: in no transaction, unless it is broken. Who
     * uses it has the caller wait, and leaves it so.
     */
    default void releasing(Connection connection) {}

    /** A unit has ended, for good. */
    default void ended(Optional<Throwable> failure) {}
}
