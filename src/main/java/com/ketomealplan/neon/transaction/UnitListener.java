package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.FailureKind;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;

/** Listens to units of work, on their threads: must not block. */
public interface UnitListener {

    /** A unit begins on this thread. */
    default void onBegin() {}

    /** A unit was rolled back for this reason, and will be run again. */
    default void onReplay(FailureKind reason) {}

    /** A run of a unit that has used the database was rolled back. */
    default void onRollback(Throwable failure) {}

    /** COMMIT has ended after that time, which includes the lookup of its outcome, if it had no answer. */
    default void onCommit(Duration time, Optional<Throwable> failure) {}

    /** The outcome of a COMMIT without an answer was looked up. */
    default void onCommitResolved(CommitOutcome outcome) {}

    /**
     * A run of a unit has ended, and its connection is about to be returned: outside of a transaction, unless it is broken. A listener that
     * uses it delays the caller, and must leave it as it was.
     */
    default void onRelease(Connection connection) {}

    /** A unit has ended, after its last run. */
    default void onEnd(Optional<Throwable> failure) {}
}
