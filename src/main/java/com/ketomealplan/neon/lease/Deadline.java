package com.ketomealplan.neon.lease;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The deadline of the current thread's work. The time in which a sleeping compute wakes is not counted, up to a
 * budget of its own. Used by one thread; others may read it.
 */
public final class Deadline {

    private static final ThreadLocal<Deadline> CURRENT = new ThreadLocal<>();

    private final Duration time;
    private final long begunNanos = System.nanoTime();
    private volatile long endNanos;
    private volatile long wakeNanos;

    private Deadline(Duration time, Duration wakeBudget) {
        this.time = time;
        this.endNanos = begunNanos + time.toNanos();
        this.wakeNanos = wakeBudget.toNanos();
    }

    /** Returns the deadline of this thread's current work, if it has one. */
    public static Optional<Deadline> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Creates a deadline that is so far from now and has no wake budget. */
    public static Deadline in(Duration time) {
        return new Deadline(time, Duration.ZERO);
    }

    /** Runs work with a deadline. Nested work keeps the outer deadline. */
    public static <T> T within(Duration time, Duration wakeBudget, Callable<T> work) throws Exception {
        if (CURRENT.get() != null) {
            return work.call();
        }
        CURRENT.set(new Deadline(time, wakeBudget));
        try {
            return work.call();
        } finally {
            CURRENT.remove();
        }
    }

    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }

    public boolean hasPassed() {
        return endNanos - System.nanoTime() <= 0;
    }

    /** Returns the time from its start to the deadline, without a wake. */
    public Duration duration() {
        return time;
    }

    /** Returns the time from its start to a moment, a wake included. */
    Duration elapsedAt(long nanos) {
        return Duration.ofNanos(nanos - begunNanos);
    }

    /** Returns the reason for what was ended by it. */
    String passed() {
        return "its deadline of " + time.toMillis() + " ms has passed";
    }

    /** Returns whether it passed at least so long ago. */
    boolean hasPassedFor(Duration ago) {
        return System.nanoTime() - endNanos >= ago.toNanos();
    }

    public Duration remainingWakeBudget() {
        return Duration.ofNanos(wakeNanos);
    }

    /** Extends the deadline by the time of a wake, as far as the wake budget goes. */
    public void extendForWake(long nanos) {
        long granted = Math.min(nanos, wakeNanos);
        wakeNanos -= granted;
        endNanos += granted;
    }
}
