package com.ketomealplan.neon.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The callers that wait for a connection, first come, first served. It admits by time: a caller is rejected if by the rate at
 * which connections come back its turn is not to be expected within its deadline, or if the queue is stuck. A queue that moves
 * is never full, up to a hard bound. Not thread-safe: guarded by the pool's lock.
 */
final class WaitQueue {

    /** A rate is forgotten if nobody has waited for so long. */
    private static final Duration RATE_TTL = Duration.ofSeconds(10);

    /** A queue in which nobody was served for so many times the usual interval may be stuck. */
    private static final int USUAL_INTERVALS = 20;

    private final int hardBound;
    private final LongSupplier nanoTime;
    private final Deque<Turn> waiting = new ArrayDeque<>();

    /** Since when somebody has waited without that anybody was served; also if that one has given up. */
    private Optional<Long> standingNanos = Optional.empty();

    /** When the caller that is first in the queue became so. */
    private long firstNanos;

    private final ServiceRate rate = new ServiceRate();

    /**
     * @param hardBound how many may wait, however quickly the queue moves
     */
    WaitQueue(int hardBound, LongSupplier nanoTime) {
        this.hardBound = hardBound;
        this.nanoTime = nanoTime;
        this.firstNanos = nanoTime.getAsLong();
    }

    /**
     * Returns after what time another attempt makes sense, if a caller with so much time left would wait in vain; empty if it
     * may wait.
     */
    Optional<Duration> rejects(Duration left) {
        Duration expected = rate.timeFor(waiting.size() + 1);
        Duration patience = left.dividedBy(2);
        if (waiting.size() >= hardBound || expected.compareTo(left) > 0 && rate.isKnownFor(patience)) {
            return Optional.of(expected);
        }
        return isStuck(patience) ? Optional.of(left) : Optional.empty();
    }

    /**
     * Returns whether callers have waited for so long without that anybody was served, and for longer than is usual here.
     *
     * @param patience at least so long
     */
    boolean isStuck(Duration patience) {
        if (standingNanos.isEmpty()) {
            return false;
        }
        long standing = nanoTime.getAsLong() - standingNanos.get();
        return standing > patience.toNanos()
                && standing > rate.timeFor(USUAL_INTERVALS).toNanos();
    }

    /** A borrower is done with a connection, or one was opened. */
    void progressed() {
        standingNanos = waiting.isEmpty() ? Optional.empty() : Optional.of(nanoTime.getAsLong());
    }

    void add(Turn turn) {
        long now = nanoTime.getAsLong();
        if (waiting.isEmpty()) {
            if (now - firstNanos > RATE_TTL.toNanos()) {
                rate.forget();
            }
            firstNanos = now;
            if (standingNanos.isEmpty()) {
                standingNanos = Optional.of(now);
            }
        }
        waiting.add(turn);
    }

    /** Takes the caller out that has waited longest, because there is a connection for it; null if nobody waits. */
    Turn poll() {
        Turn first = waiting.pollFirst();
        if (first != null) {
            long now = nanoTime.getAsLong();
            rate.served(now - firstNanos);
            firstNanos = now;
            progressed();
        }
        return first;
    }

    /** Takes a caller out that gives up; false if it is not in the queue any more. */
    boolean remove(Turn turn) {
        return waiting.remove(turn);
    }

    /** Takes the callers out whose time is over. */
    List<Turn> removeExpired() {
        List<Turn> expired = new ArrayList<>();
        waiting.removeIf(turn -> turn.isOver() && expired.add(turn));
        return expired;
    }

    /** Takes all callers out. */
    List<Turn> drain() {
        List<Turn> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }
}
