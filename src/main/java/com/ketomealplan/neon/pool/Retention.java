package com.ketomealplan.neon.pool;

import java.time.Duration;

/**
 * How many connections are kept between units of work, and for how long; and the strategy, by which opening and closing differ too.
 *
 * @param strategy {@link PoolingStrategy#POOLED} or {@link PoolingStrategy#PER_REQUEST}
 * @param keep how many idle connections are kept open
 * @param max how many may be open at once
 * @param idleTimeout how long a connection beyond {@code keep} may be idle before it is closed. Not zero: under load the next caller
 *     comes soon, and a log-in costs both sides milliseconds of CPU
 * @param maxLifetime how old a connection may be when it is borrowed or returned; never enforced while it is idle
 */
public record Retention(PoolingStrategy strategy, int keep, int max, Duration idleTimeout, Duration maxLifetime) {

    /** Keeps a few connections, and allows for more under load. */
    public static Retention pooled(int keep, int overflow, Duration overflowIdleTime, Duration maxLifetime) {
        return new Retention(PoolingStrategy.POOLED, keep, keep + overflow, overflowIdleTime, maxLifetime);
    }

    /**
     * Keeps no connection. The maximum protects the server's connection limit from a burst of requests.
     */
    public static Retention perRequest(int max) {
        return new Retention(PoolingStrategy.PER_REQUEST, 0, max, Duration.ZERO, Duration.ZERO);
    }

    public boolean reuses() {
        return strategy == PoolingStrategy.POOLED;
    }
}
