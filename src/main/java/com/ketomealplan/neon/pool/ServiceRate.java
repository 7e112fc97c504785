package com.ketomealplan.neon.pool;

import java.time.Duration;

/**
 * How quickly callers in the queue are served: a rate over about the last second in which somebody waited, so that one pause, of
 * a garbage collection or a busy machine, is not taken for the rate, as it would be by an average of intervals. Not thread-safe.
 */
final class ServiceRate {

    private static final double MEMORY_NANOS = Duration.ofSeconds(1).toNanos();

    private double observedNanos;
    private double servedThen;
    private long historyNanos;

    /** A caller was served so long after the one before him, or after the queue began. */
    void served(long intervalNanos) {
        long interval = Math.max(intervalNanos, 1);
        double remains = Math.exp(-interval / MEMORY_NANOS);
        double observed = MEMORY_NANOS * (1 - remains);
        observedNanos = observedNanos * remains + observed;
        servedThen = servedThen * remains + observed / interval;
        historyNanos += interval;
    }

    void forget() {
        observedNanos = 0;
        servedThen = 0;
        historyNanos = 0;
    }

    /** Returns the time in which so many callers are served; zero while nothing is known. */
    Duration timeFor(int callers) {
        return servedThen == 0 ? Duration.ZERO : Duration.ofNanos(Math.round(observedNanos / servedThen * callers));
    }

    /** Whether callers have waited for so long already that it can be told what will be within twice that time. */
    boolean isKnownFor(Duration time) {
        return historyNanos >= time.toNanos();
    }
}
