package com.ketomealplan.neon.pool;

import java.time.Duration;

/**
 * What becomes of a connection between two units of work: the difference between the strategies.
 *
 * @param strategy {@link PoolingStrategy#POOLED} or {@link PoolingStrategy#PER_REQUEST}
 * @param kept how many connections stay open when idle
 * @param max how many may be open at once
 * @param idleTime after what time without use a connection beyond those that are kept is closed. Not at once: under load
 *     the next caller is a moment away, and a log-in costs both sides milliseconds of computing
 * @param maxAge after what time a connection is replaced, when it is borrowed or returned; never while it is idle
 */
public record Retention(PoolingStrategy strategy, int kept, int max, Duration idleTime, Duration maxAge) {

    /** A few connections are kept, and more are opened under load. */
    public static Retention pooled(int kept, int overflow, Duration overflowIdleTime, Duration maxAge) {
        return new Retention(PoolingStrategy.POOLED, kept, kept + overflow, overflowIdleTime, maxAge);
    }

    /**
     * Each unit of work has a connection of its own, which is closed after it; without a cap, a burst of requests would
     * become a server that refuses everybody.
     */
    public static Retention perRequest(int max) {
        return new Retention(PoolingStrategy.PER_REQUEST, 0, max, Duration.ZERO, Duration.ZERO);
    }

    boolean reuses() {
        return strategy == PoolingStrategy.POOLED;
    }
}
