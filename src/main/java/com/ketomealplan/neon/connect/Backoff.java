package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.FailureKind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to pause between attempts: a random time below a bound that doubles ("full jitter"), so that many instances do
 * not try in step.
 *
 * @param least the pause is never shorter
 * @param first the bound after the first failure
 * @param longest what the bound grows to
 */
record Backoff(Duration least, Duration first, Duration longest) {

    /** Where the failure passes by itself. */
    static final Backoff PASSING = new Backoff(Duration.ZERO, Duration.ofMillis(25), Duration.ofMillis(500));

    /** Where the server asks for fewer attempts. */
    static final Backoff THROTTLED = new Backoff(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofSeconds(1));

    private static final int MOST_DOUBLINGS = 16;

    /** After a failure of this kind. */
    static Backoff of(FailureKind kind) {
        return kind.isThrottling() ? THROTTLED : PASSING;
    }

    /**
     * @param failures how many there were in a row; at least 1
     */
    Duration after(int failures) {
        long bound = Math.min(first.toNanos() << Math.min(failures - 1, MOST_DOUBLINGS), longest.toNanos());
        return least.plusNanos(ThreadLocalRandom.current().nextLong(bound));
    }
}
