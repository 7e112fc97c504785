package com.ketomealplan.neon.pool.core;

import java.time.Duration;

/**
 * The rate at which a wait queue is served, averaged by time over about the last second in which it was not empty. An average over
 * intervals would let one GC pause dominate. Not thread-safe.
 */
final class ServiceRate {

    private static final double WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

    private double observedNanos;
    private double servedInWindow;
    private long historyNanos;

    /** Records that a waiter was served, so long after the one before it or after the queue formed. */
    void served(long intervalNanos) {
        long interval = Math.max(intervalNanos, 1);
        double remains = Math.exp(-interval / WINDOW_NANOS);
        double observed = WINDOW_NANOS * (1 - remains);
        observedNanos = observedNanos * remains + observed;
        servedInWindow = servedInWindow * remains + observed / interval;
        historyNanos += interval;
    }

    void reset() {
        observedNanos = 0;
        servedInWindow = 0;
        historyNanos = 0;
    }

    /** Returns the time in which so many waiters are served; zero while there is no history. */
    Duration timeFor(int callers) {
        return servedInWindow == 0
                ? Duration.ZERO
                : Duration.ofNanos(Math.round(observedNanos / servedInWindow * callers));
    }

    /** Returns whether the history is at least so long. */
    boolean hasHistoryOf(Duration time) {
        return historyNanos >= time.toNanos();
    }
}
