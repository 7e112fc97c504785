package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The queue of the requests for connections, and the limit of concurrent attempts: one at first, one more after each success, half or one
 * after a failure, and none during the backoff that follows it. It has no threads and no timers. Guarded by the gate's
 * lock.
 *
 * @param <R> the type of the requests
 */
final class AttemptLimiter<R> {

    private static final int MAX_LIMIT = 64;

    private final LongSupplier nanoTime;
    private final Deque<R> waiting = new ArrayDeque<>();
    private int limit = 1;
    private int failures;
    private long pausedUntil;

    AttemptLimiter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.pausedUntil = nanoTime.getAsLong();
    }

    void add(R request) {
        waiting.add(request);
    }

    /** Adds a request whose attempt has failed at the head of the queue. */
    void addFirst(R request) {
        waiting.addFirst(request);
    }

    /** Removes a request; returns false if it is not in the queue any more. */
    boolean remove(R request) {
        return waiting.remove(request);
    }

    /** Removes and returns all requests. */
    List<R> drain() {
        List<R> all = new ArrayList<>(waiting);
        waiting.clear();
        return all;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Returns whether the queue has a request that may be attempted beside so many others, after the {@link #pause}. */
    boolean hasNext(int underWay) {
        return !waiting.isEmpty() && underWay < limit;
    }

    /** Returns the rest of the backoff; zero or less if an attempt may begin. */
    Duration pause() {
        return Duration.ofNanos(pausedUntil - nanoTime.getAsLong());
    }

    /** Removes and returns the first request. */
    Optional<R> poll() {
        return Optional.ofNullable(waiting.poll());
    }

    void onSucceeded() {
        failures = 0;
        limit = Math.min(limit + 1, MAX_LIMIT);
    }

    /** Records a failed attempt. */
    void onFailed(FailureKind kind) {
        failures++;
        limit = kind.isThrottling() ? Math.max(1, limit / 2) : 1;
        pausedUntil = nanoTime.getAsLong();
        if (kind.isTransient()) {
            pausedUntil += Backoff.of(kind).after(failures).toNanos();
        }
    }

    /** Ends the backoff. */
    void resume() {
        pausedUntil = nanoTime.getAsLong();
    }

    /** Resets the limit to one attempt at a time. */
    void resetLimit() {
        limit = 1;
    }
}
