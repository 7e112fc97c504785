package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The requests that wait for a connection to be opened, and how many of them may be tried at the same time: one while nothing is known,
 * one more after each success, fewer or one after a failure, and none during the pause that follows it. Events and times in, the next
 * request out: it has no threads and no timers. Guarded by the gate's lock.
 *
 * @param <R> a request
 */
final class Admission<R> {

    private static final int WIDEST = 64;

    private final LongSupplier nanoTime;
    private final Deque<R> waiting = new ArrayDeque<>();
    private int width = 1;
    private int failures;
    private long pausedUntil;

    Admission(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.pausedUntil = nanoTime.getAsLong();
    }

    void add(R request) {
        waiting.add(request);
    }

    /** Its attempt has failed in a way that passes: it is the first to be tried again. */
    void addAgain(R request) {
        waiting.addFirst(request);
    }

    /** Takes a request back; false if it does not wait any more. */
    boolean remove(R request) {
        return waiting.remove(request);
    }

    /** Takes all requests back. */
    List<R> drain() {
        List<R> all = new ArrayList<>(waiting);
        waiting.clear();
        return all;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether a request waits, and may be tried beside so many others as soon as the {@link #pause} is over. */
    boolean hasNext(int underWay) {
        return !waiting.isEmpty() && underWay < width;
    }

    /** How long no attempt may begin yet; zero or less if one may. */
    Duration pause() {
        return Duration.ofNanos(pausedUntil - nanoTime.getAsLong());
    }

    /** Takes the request out that has waited longest; it is tried, or given what was opened for another. */
    Optional<R> poll() {
        return Optional.ofNullable(waiting.poll());
    }

    void succeeded() {
        failures = 0;
        width = Math.min(width + 1, WIDEST);
    }

    /** An attempt failed just now. */
    void failed(FailureKind kind) {
        failures++;
        width = kind.isThrottling() ? Math.max(1, width / 2) : 1;
        pausedUntil = nanoTime.getAsLong();
        if (kind.isTransient()) {
            pausedUntil += Backoff.of(kind).after(failures).toNanos();
        }
    }

    /** What the last failure says does not hold any more: an attempt may begin at once. */
    void resume() {
        pausedUntil = nanoTime.getAsLong();
    }

    /** Nothing is known of the server any more: one at a time. */
    void narrow() {
        width = 1;
    }
}
