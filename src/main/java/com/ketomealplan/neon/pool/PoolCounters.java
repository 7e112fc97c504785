package com.ketomealplan.neon.pool;

/** What a pool has done since its start. Guarded by the pool's lock. */
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

    /** It turned out that it cannot be used, before its borrower had it. */
    void unborrowed() {
        borrowed--;
    }

    void returned() {
        returned++;
    }

    /** Returns how many there were with this one. */
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

    PoolStatistics statistics(Retention retention, Line line, int idle, int active, int waiting) {
        return new PoolStatistics(
                retention.kept(),
                retention.max(),
                idle + active,
                active,
                idle,
                waiting,
                line.most(),
                borrowed,
                returned,
                opened,
                timeouts,
                rejected,
                leaked);
    }
}
