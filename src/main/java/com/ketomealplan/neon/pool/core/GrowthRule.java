package com.ketomealplan.neon.pool.core;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Decides whether a wait queue needs another connection. A hundred waiters that need a millisecond each are served sooner by two
 * connections than by thirteen more log-ins, which cost both sides milliseconds of CPU. So a pool with a connection
 * grows only if no waiter was served since the last sample, or if the queue lasts. Not thread-safe.
 */
final class GrowthRule {

    /** The time between two samples. */
    static final Duration SAMPLE_INTERVAL = Duration.ofMillis(25);

    private static final Duration LONG_QUEUE = Duration.ofMillis(250);

    private final LongSupplier nanoTime;
    private long sinceNanos;
    private long served;
    private long servedAtLastSample;

    GrowthRule(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Restarts the time that the queue has lasted: it has formed, or its first connection was opened. */
    void onQueueStarted() {
        sinceNanos = nanoTime.getAsLong();
    }

    /** Counts a waiter that got a connection. */
    void onServed() {
        served++;
    }

    /** Takes a sample. To be called every {@link #SAMPLE_INTERVAL} while the queue is not empty. */
    boolean needsConnection() {
        boolean stuck = served == servedAtLastSample;
        boolean lasting = nanoTime.getAsLong() - sinceNanos >= LONG_QUEUE.toNanos();
        servedAtLastSample = served;
        return stuck || lasting;
    }
}
