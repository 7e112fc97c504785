package com.ketomealplan.neon.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What a pool's traffic tells of the database. Guarded by the pool's lock, but for what says otherwise. */
final class PoolTraffic {

    /** A queue that lasts so long is a strain. */
    private static final Duration LONG_WAIT = Duration.ofSeconds(1);

    /** How long a connection that ended without an answer says that the server is slow, and not asleep. */
    private static final Duration UNRESPONSIVE_TTL = Duration.ofSeconds(30);

    private final LongSupplier nanoTime;
    /** When there was a connection again after the server had none for us. */
    private volatile long firstOpenedNanos;

    private Optional<Long> answeredNanos = Optional.empty();
    private Optional<Long> lostNanos = Optional.empty();
    private Optional<Long> strainedNanos = Optional.empty();
    private Optional<Long> unresponsiveNanos = Optional.empty();
    private long queueNanos;

    PoolTraffic(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.firstOpenedNanos = nanoTime.getAsLong();
    }

    /** The first caller waits. */
    void queueBegins() {
        queueNanos = nanoTime.getAsLong();
    }

    /** A borrower is done with a connection that stands. */
    void answered() {
        answeredNanos = Optional.of(nanoTime.getAsLong());
    }

    /** The server, or the network, has ended a connection. */
    void lost() {
        lostNanos = Optional.of(nanoTime.getAsLong());
    }

    /** Somebody was not served, although connections are open. */
    void strained() {
        strainedNanos = Optional.of(nanoTime.getAsLong());
    }

    /** A borrower ran out of time. */
    void unresponsive() {
        unresponsiveNanos = Optional.of(nanoTime.getAsLong());
    }

    /** Whether borrowers ran out of time lately: then the server is slow, and not asleep. */
    boolean isUnresponsive() {
        return unresponsiveNanos.isPresent()
                && nanoTime.getAsLong() - unresponsiveNanos.get() < UNRESPONSIVE_TTL.toNanos();
    }

    /**
     * A connection was opened.
     *
     * @param first where there was none, and the server may have slept
     */
    void opened(boolean first) {
        if (first) {
            firstOpenedNanos = nanoTime.getAsLong();
            queueNanos = firstOpenedNanos; // until now nobody could have been served
        }
        unresponsiveNanos = Optional.empty();
    }

    /** When there was a connection again after the server had none for us. By any thread. */
    long firstOpenedNanos() {
        return firstOpenedNanos;
    }

    PoolCondition condition(int open, boolean queued) {
        long now = nanoTime.getAsLong();
        boolean stuck = queued && open > 0 && now - queueNanos >= LONG_WAIT.toNanos();
        return new PoolCondition(
                open,
                since(answeredNanos, now),
                since(lostNanos, now),
                stuck ? Optional.of(Duration.ZERO) : since(strainedNanos, now));
    }

    private static Optional<Duration> since(Optional<Long> nanos, long now) {
        return nanos.map(then -> Duration.ofNanos(now - then));
    }
}
