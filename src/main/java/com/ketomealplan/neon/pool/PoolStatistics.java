package com.ketomealplan.neon.pool;

/**
 * A snapshot of a pool's gauges and counters, all as of one moment.
 *
 * @param kept how many idle connections are kept open; 0 with connections per request
 * @param max how many connections may be open at once
 * @param size how many are open
 * @param active how many are borrowed
 * @param idle how many are kept and not borrowed
 * @param waiting how many threads wait for one
 * @param waitingMax how many may wait while connections are open
 * @param borrowed how many were ever borrowed
 * @param returned how many of them were returned
 * @param opened how many were ever opened
 * @param timeouts how many waits timed out or were interrupted
 * @param rejected how many callers the wait queue has rejected
 * @param leaked how many were not returned by the request that had borrowed them
 */
public record PoolStatistics(
        int kept,
        int max,
        int size,
        int active,
        int idle,
        int waiting,
        int waitingMax,
        long borrowed,
        long returned,
        long opened,
        long timeouts,
        long rejected,
        long leaked) {

    /** Returns the number of open connections beyond those that are kept. */
    public int overflow() {
        return Math.max(0, size - kept);
    }
}
