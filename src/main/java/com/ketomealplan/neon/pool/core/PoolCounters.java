package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;

/** Counts a pool's events since its start. Guarded by the pool's lock. */
final class PoolCounters {

    private long borrowed;
    private long returned;
    private long opened;
    private long timeouts;
    private long rejected;
    private long leaked;

    void borrowed() {
        borrowed++;
    }

    /** Takes back the last count: the connection was found unusable before its borrower got it. */
    void unborrowed() {
        borrowed--;
    }

    void returned() {
        returned++;
    }

    /** Returns the number of connections opened so far, this one included. */
    long opened() {
        return ++opened;
    }

    void timedOut(int callers) {
        timeouts += callers;
    }

    void rejected() {
        rejected++;
    }

    void leaked() {
        leaked++;
    }

    PoolStatistics statistics(Retention retention, QueueLimits limits, int idle, int active, int waiting) {
        return new PoolStatistics(
                retention.keep(),
                retention.max(),
                idle + active,
                active,
                idle,
                waiting,
                limits.maxWaiters(),
                borrowed,
                returned,
                opened,
                timeouts,
                rejected,
                leaked);
    }
}
