package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.failure.FailureKind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between attempts: a random time below a bound that doubles ("full jitter"), so that many instances do not try in step.
 *
 * @param min the shortest pause
 * @param initial the bound after the first failure, added to the shortest pause
 * @param max the largest bound
 */
record Backoff(Duration min, Duration initial, Duration max) {

    /** After transient failures. */
    static final Backoff TRANSIENT = new Backoff(Duration.ZERO, Duration.ofMillis(25), Duration.ofMillis(500));

    /** After failures by which the server limits attempts. */
    static final Backoff THROTTLED = new Backoff(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofSeconds(1));

    private static final int MAX_DOUBLINGS = 16;

    /** Returns the backoff after a failure of this kind. */
    static Backoff of(FailureKind kind) {
        return kind.isThrottling() ? THROTTLED : TRANSIENT;
    }

    /**
     * @param failures the number of consecutive failures, at least 1
     */
    Duration after(int failures) {
        long bound = Math.min(initial.toNanos() << Math.min(failures - 1, MAX_DOUBLINGS), max.toNanos());
        return min.plusNanos(ThreadLocalRandom.current().nextLong(bound));
    }
}
