package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one of many equal events be logged in a while, with the number of those between. Thread-safe. */
public final class Sparsely {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final long pauseNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong loggedNanos;
    private final AtomicLong omitted = new AtomicLong();

    /** Every five seconds. */
    public Sparsely() {
        this(PAUSE);
    }

    /**
     * @param pause how long the others are left out
     */
    public Sparsely(Duration pause) {
        this(pause, System::nanoTime);
    }

    Sparsely(Duration pause, LongSupplier nanoTime) {
        this.pauseNanos = pause.toNanos();
        this.nanoTime = nanoTime;
        this.loggedNanos = new AtomicLong(nanoTime.getAsLong() - pauseNanos);
    }

    /** How many events were left out since the last one that was logged; empty if this one is to be left out too. */
    public OptionalLong omittedBefore() {
        long now = nanoTime.getAsLong();
        long last = loggedNanos.get();
        if (now - last < pauseNanos || !loggedNanos.compareAndSet(last, now)) {
            omitted.incrementAndGet();
            return OptionalLong.empty();
        }
        return OptionalLong.of(omitted.getAndSet(0));
    }
}
