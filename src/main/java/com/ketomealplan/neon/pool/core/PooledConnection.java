package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.lease.LeaseOwner;
import com.ketomealplan.neon.pool.ConnectionReport;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.WaitTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** A connection of a pool: its number, generation, times and lease. */
final class PooledConnection implements LeaseOwner {

    /** A connection that was used so lately is lent without a check, unless the server has sent something on it. */
    private static final Duration CHECK_BYPASS_WINDOW = Duration.ofSeconds(1);

    private final ConnectionPool pool;
    private final PhysicalConnection physical;
    private final long number;
    private volatile int generation;
    private final long openedNanos = System.nanoTime();
    private final double jitter = 1 - ThreadLocalRandom.current().nextDouble() / 10;
    private long usedNanos = openedNanos;
    private volatile Lease lease;
    private boolean fresh = true;

    /**
     * @param number the ordinal of the connection in its pool
     * @param generation incremented whenever connections are lost
     */
    PooledConnection(ConnectionPool pool, PhysicalConnection physical, long number, int generation) {
        this.pool = pool;
        this.physical = physical;
        this.number = number;
        this.generation = generation;
    }

    PhysicalConnection physical() {
        return physical;
    }

    /** Returns whether a statement has waited for the server for so long. May be called by any thread. */
    boolean waitsLongerThan(Duration time) {
        return physical.awaitsServer() && System.nanoTime() - physical.lastUsedNanos() > time.toNanos();
    }

    /** Moves the connection, found alive, to the current generation. Called by the borrower. */
    void setGeneration(int current) {
        generation = current;
    }

    int generation() {
        return generation;
    }

    /** Returns why it must not be lent; empty if it may be. If that fails, as for want of memory, it is given back. */
    Optional<EvictionReason> evictionReason(ConnectionValidator validator) {
        try {
            return validator.evictionReason(this);
        } catch (Throwable e) {
            pool.returnUnused(this, Optional.of(EvictionReason.LOST));
            throw e;
        }
    }

    /** Creates the lease of the calling thread. If that fails, it is given back. */
    Lease lend(WaitTime wait, Deadline deadline) {
        try {
            Lease made = new Lease(physical, this, wait.total(), wait.opening(), deadline);
            lease = made;
            return made;
        } catch (Throwable e) {
            pool.returnUnused(this, Optional.of(EvictionReason.LOST));
            throw e;
        }
    }

    @Override
    public void release(Lease ended) {
        pool.release(ended, this);
    }

    @Override
    public void onLeak() {
        pool.leaked();
    }

    @Override
    public void onCancel() {
        pool.locks().queryBeforeCancel(physical);
    }

    /** It is closed, and its slot is free. Called on the thread that has closed it. */
    void onClosed() {
        pool.onClosed(this);
    }

    /** Returns the open lease; empty while the connection is idle. May be called by any thread. */
    Optional<Lease> lease() {
        return leaseNotTakenBack().filter(Lease::isOpen);
    }

    /** Returns the lease until the pool has the connection back, which may be after its end. May be called by any thread. */
    Optional<Lease> leaseNotTakenBack() {
        return Optional.ofNullable(lease);
    }

    /** Returns whether this is its lease, open or not. */
    boolean isOf(Lease any) {
        return lease == any;
    }

    /** Returns how long its opening took, once: for its first borrower. */
    Optional<OpeningTimes> takeOpeningTimes() {
        Optional<OpeningTimes> opening = fresh ? physical.openingTimes() : Optional.empty();
        fresh = false;
        return opening;
    }

    /** May be called by any thread. */
    ConnectionReport report() {
        return new ConnectionReport(
                number,
                Duration.ofNanos(System.nanoTime() - openedNanos),
                generation,
                lease().map(ConnectionReport.Use::of));
    }

    void markIdle() {
        lease = null;
        fresh = false;
        usedNanos = System.nanoTime();
    }

    boolean isIdleFor(Duration time) {
        return System.nanoTime() - usedNanos >= time.toNanos();
    }

    /** Returns whether it is older than {@link #ownMaxLifetime}. */
    boolean isOlderThan(Duration maxLifetime) {
        return System.nanoTime() - openedNanos >= ownMaxLifetime(maxLifetime).toNanos();
    }

    /** Returns the max lifetime, shortened by up to a tenth: connections opened together are not replaced together. */
    Duration ownMaxLifetime(Duration maxLifetime) {
        return Duration.ofNanos((long) (maxLifetime.toNanos() * jitter));
    }

    /** Returns whether it was used within {@link #CHECK_BYPASS_WINDOW}. */
    boolean wasUsedRecently() {
        return !isIdleFor(CHECK_BYPASS_WINDOW);
    }
}
