package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.Optional;

/** An exception that knows where on the way of a unit of work it arose, which its SQLSTATE and its text do not tell. */
public interface Staged {

    /** Where on its way a unit of work failed. */
    enum Stage {
        /** It had no connection yet: nothing was sent. */
        OPENING,
        /** It was at work: the server rolls back what has no COMMIT. */
        WORKING,
        /** COMMIT was sent, or what the server commits by itself, and nobody knows what became of it. */
        COMMITTING
    }

    Stage stage();

    /** After what time a repetition may succeed, where that was estimated. */
    default Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** What it is, where it was classified when it arose; its message then is the whole story. */
    default Optional<FailureKind> kind() {
        return Optional.empty();
    }
}
