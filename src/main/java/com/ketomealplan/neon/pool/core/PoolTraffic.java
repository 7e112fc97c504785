package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.pool.TrafficSnapshot;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The database as seen from a pool's traffic: when it last answered, and when a connection was lost or not to be had. Guarded by the pool's
 * lock, except where a method says otherwise.
 */
final class PoolTraffic {

    /** A queue that has lasted for so long counts as a failed wait. */
    private static final Duration LONG_WAIT = Duration.ofSeconds(1);

    /** For how long after a missed deadline the server is taken to be slow, and not asleep. */
    private static final Duration MISSED_DEADLINE_TTL = Duration.ofSeconds(30);

    private final LongSupplier nanoTime;
    /** When the first connection was opened after there had been none. */
    private volatile long firstOpenedNanos;

    private Optional<Long> answeredNanos = Optional.empty();
    private Optional<Long> lostNanos = Optional.empty();
    private Optional<Long> waitFailedNanos = Optional.empty();
    private Optional<Long> deadlineMissedNanos = Optional.empty();
    private long queueNanos;

    PoolTraffic(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.firstOpenedNanos = nanoTime.getAsLong();
    }

    /** The first waiter has come. */
    void onQueueStarted() {
        queueNanos = nanoTime.getAsLong();
    }

    /** A usable connection was returned. */
    void onAnswered() {
        answeredNanos = Optional.of(nanoTime.getAsLong());
    }

    /** A connection was ended by the server or the network. */
    void onLost() {
        lostNanos = Optional.of(nanoTime.getAsLong());
    }

    /** A caller was rejected or timed out, although connections are open. */
    void onWaitFailed() {
        waitFailedNanos = Optional.of(nanoTime.getAsLong());
    }

    /** A borrower missed its deadline. */
    void onDeadlineMissed() {
        deadlineMissedNanos = Optional.of(nanoTime.getAsLong());
    }

    /** Returns whether a borrower missed its deadline lately: then the server is slow, and not asleep. */
    boolean wasDeadlineMissedLately() {
        return deadlineMissedNanos.isPresent()
                && nanoTime.getAsLong() - deadlineMissedNanos.get() < MISSED_DEADLINE_TTL.toNanos();
    }

    /**
     * A connection was opened.
     *
     * @param first whether no other one was open, so that the compute may have been asleep
     */
    void onOpened(boolean first) {
        if (first) {
            firstOpenedNanos = nanoTime.getAsLong();
            queueNanos = firstOpenedNanos; // until now no waiter could have been served
        }
        deadlineMissedNanos = Optional.empty();
    }

    /** Returns when the first connection was opened after there had been none. May be called by any thread. */
    long firstOpenedNanos() {
        return firstOpenedNanos;
    }

    TrafficSnapshot snapshot(int open, boolean queued) {
        long now = nanoTime.getAsLong();
        boolean stuck = queued && open > 0 && now - queueNanos >= LONG_WAIT.toNanos();
        return new TrafficSnapshot(
                open,
                since(answeredNanos, now),
                since(lostNanos, now),
                stuck ? Optional.of(Duration.ZERO) : since(waitFailedNanos, now));
    }

    private static Optional<Duration> since(Optional<Long> nanos, long now) {
        return nanos.map(then -> Duration.ofNanos(now - then));
    }
}
