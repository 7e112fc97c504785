package com.ketomealplan.neon.lease;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Until when the work of this thread has to be done. The time in which a sleeping compute wakes is not counted, up to a
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

    /** Of the work that this thread does now, if it has one. */
    public static Optional<Deadline> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Of work whose time begins now and has no wake in it. */
    public static Deadline in(Duration time) {
        return new Deadline(time, Duration.ZERO);
    }

    /** Does work that is to be over in time; inside other such work, in that one's time. */
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

    public boolean isOver() {
        return endNanos - System.nanoTime() <= 0;
    }

    /** How long it was from its beginning, the wake apart. */
    public Duration time() {
        return time;
    }

    /** How long after its beginning that was, a wake included. */
    Duration until(long nanos) {
        return Duration.ofNanos(nanos - begunNanos);
    }

    /** Whether it was over so long ago. */
    boolean isOverFor(Duration ago) {
        return System.nanoTime() - endNanos >= ago.toNanos();
    }

    public Duration remainingWakeBudget() {
        return Duration.ofNanos(wakeNanos);
    }

    /** So much time went by with waiting for a compute to wake. */
    public void woke(long nanos) {
        long granted = Math.min(nanos, wakeNanos);
        wakeNanos -= granted;
        endNanos += granted;
    }
}
