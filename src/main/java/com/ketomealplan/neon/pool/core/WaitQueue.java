package com.ketomealplan.neon.pool.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The callers that wait for a connection, first come, first served. Admission is by time: a caller is rejected if, by the current service
 * rate, it would not be served within its deadline, or if the queue is stalled. A queue that moves is full only at its hard
 * bound. Not thread-safe: guarded by the pool's lock.
 */
final class WaitQueue {

    /** The service rate is reset if the queue was empty for so long. */
    private static final Duration RATE_TTL = Duration.ofSeconds(10);

    /** A queue in which no waiter was served for so many usual intervals may be stalled. */
    private static final int USUAL_INTERVALS = 20;

    private final int hardBound;
    private final LongSupplier nanoTime;
    private final Deque<Waiter> waiters = new ArrayDeque<>();

    /** Since when callers have waited without a connection being returned or opened; not reset by waiters that give up. */
    private Optional<Long> stalledSinceNanos = Optional.empty();

    /** When a waiter was last served, or, if that is later, when a caller joined the empty queue. */
    private long firstNanos;

    private final ServiceRate rate = new ServiceRate();

    /**
     * @param hardBound how many may wait, whatever the service rate
     */
    WaitQueue(int hardBound, LongSupplier nanoTime) {
        this.hardBound = hardBound;
        this.nanoTime = nanoTime;
        this.firstNanos = nanoTime.getAsLong();
    }

    /**
     * Returns the time after which a rejected caller may retry; empty if the caller is admitted.
     */
    Optional<Duration> checkAdmission(Duration left) {
        Duration expected = rate.timeFor(waiters.size() + 1);
        Duration minStall = left.dividedBy(2);
        if (waiters.size() >= hardBound || expected.compareTo(left) > 0 && rate.hasHistoryOf(minStall)) {
            return Optional.of(expected);
        }
        return isStalled(minStall) ? Optional.of(left) : Optional.empty();
    }

    /**
     * Returns whether no waiter was served for so long, and for longer than usual.
     *
     * @param minStall the shortest time that counts as a stall
     */
    boolean isStalled(Duration minStall) {
        if (stalledSinceNanos.isEmpty()) {
            return false;
        }
        long stalledNanos = nanoTime.getAsLong() - stalledSinceNanos.get();
        return stalledNanos > minStall.toNanos()
                && stalledNanos > rate.timeFor(USUAL_INTERVALS).toNanos();
    }

    /** Records that a connection was returned or opened. */
    void onProgress() {
        stalledSinceNanos = waiters.isEmpty() ? Optional.empty() : Optional.of(nanoTime.getAsLong());
    }

    void add(Waiter waiter) {
        long now = nanoTime.getAsLong();
        if (waiters.isEmpty()) {
            if (now - firstNanos > RATE_TTL.toNanos()) {
                rate.reset();
            }
            firstNanos = now;
            if (stalledSinceNanos.isEmpty()) {
                stalledSinceNanos = Optional.of(now);
            }
        }
        waiters.add(waiter);
    }

    /** Removes and returns the waiter that has waited longest, for which there is a connection; null if the queue is empty. */
    Waiter poll() {
        Waiter first = waiters.pollFirst();
        if (first != null) {
            long now = nanoTime.getAsLong();
            rate.served(now - firstNanos);
            firstNanos = now;
            onProgress();
        }
        return first;
    }

    /** Removes a waiter; returns false if it is not in the queue any more. */
    boolean remove(Waiter waiter) {
        return waiters.remove(waiter);
    }

    /** Removes and returns the waiters that have timed out. */
    List<Waiter> removeExpired() {
        List<Waiter> expired = new ArrayList<>();
        waiters.removeIf(waiter -> waiter.isExpired() && expired.add(waiter));
        return expired;
    }

    /** Removes and returns all waiters. */
    List<Waiter> drain() {
        List<Waiter> all = List.copyOf(waiters);
        waiters.clear();
        return all;
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }

    int size() {
        return waiters.size();
    }
}
