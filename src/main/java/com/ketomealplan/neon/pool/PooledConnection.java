package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** One connection of a pool, with what the pool remembers of it. */
final class PooledConnection implements Lease.Owner {

    /** A connection that was used so lately is handed out without a check, unless something has come from the server. */
    private static final Duration TRUSTED = Duration.ofSeconds(1);

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
     * @param number counts the connections of the pool
     * @param generation grows whenever the server has ended its connections
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

    /** Whether the server has owed an answer for so long. By any thread. */
    boolean waitsLongerThan(Duration time) {
        return physical.awaitsServer() && System.nanoTime() - physical.lastUsedNanos() > time.toNanos();
    }

    /** It was found alive after a connection of that generation was lost. Called by the borrower. */
    void joins(int current) {
        generation = current;
    }

    int generation() {
        return generation;
    }

    /** Lends it to the thread that calls. */
    Lease lend(Wait wait, Deadline deadline) {
        Lease made = new Lease(physical, this, wait.whole(), wait.opening(), deadline);
        lease = made;
        return made;
    }

    @Override
    public void release(Lease ended) {
        pool.release(ended, this);
    }

    @Override
    public void leaked() {
        pool.leaked();
    }

    @Override
    public void cancels() {
        pool.locks().askBeforeCancel(physical);
    }

    /** Who has it; empty while it is idle. By any thread. */
    Optional<Lease> lease() {
        return Optional.ofNullable(lease).filter(Lease::isOpen);
    }

    /** How it was opened, for its first borrower; nothing for the next ones. */
    Optional<OpeningTimes> firstUse() {
        Optional<OpeningTimes> opening = fresh ? physical.openingTimes() : Optional.empty();
        fresh = false;
        return opening;
    }

    /** By any thread. */
    ConnectionReport report() {
        return new ConnectionReport(
                number,
                Duration.ofNanos(System.nanoTime() - openedNanos),
                generation,
                lease().map(ConnectionReport.Use::of));
    }

    /** Closes it under its borrower, who is told why. */
    void end(String reason) {
        lease().ifPresent(open -> open.end(reason));
    }

    void used() {
        lease = null;
        fresh = false;
        usedNanos = System.nanoTime();
    }

    boolean isUnusedFor(Duration time) {
        return System.nanoTime() - usedNanos >= time.toNanos();
    }

    /** Whether it is older than that, or up to a tenth younger: connections opened together are not replaced together. */
    boolean isOlderThan(Duration age) {
        return System.nanoTime() - openedNanos >= age.toNanos() * jitter;
    }

    /** Whether it was used a moment ago. */
    boolean isTrusted() {
        return !isUnusedFor(TRUSTED);
    }

    /** Before it is handed out: whether it stands, asked as seldom as may be, and never the server. */
    boolean isAlive() {
        return !physical.hasUnread() && isTrusted() || physical.isAlive();
    }
}
