package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.Optional;

/** An exception that carries its failure stage, which follows neither from its SQLSTATE nor from its message. */
public interface HasFailureStage {

    /** The stage in which a unit of work failed. */
    enum Stage {
        /** It had no connection: nothing was sent. */
        OPENING,
        /** COMMIT was not sent: the server rolls back. */
        WORKING,
        /** COMMIT, or a statement in auto-commit, was sent, and its outcome is unknown. */
        COMMITTING
    }

    Stage stage();

    /** Returns the estimated time after which a retry may succeed, if any. */
    default Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** Returns the kind, if it was classified when it was thrown; then its message is complete. */
    default Optional<FailureKind> kind() {
        return Optional.empty();
    }
}
