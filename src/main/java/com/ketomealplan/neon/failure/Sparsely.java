package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one of many equal events be logged every few seconds, with the number of those between. Thread-safe. */
public final class Sparsely {

    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - PAUSE_NANOS);
    private final AtomicLong omitted = new AtomicLong();

    /** How many events were left out since the last one that was logged; empty if this one is to be left out too. */
    public OptionalLong omittedBefore() {
        long now = System.nanoTime();
        long last = loggedNanos.get();
        if (now - last < PAUSE_NANOS || !loggedNanos.compareAndSet(last, now)) {
            omitted.incrementAndGet();
            return OptionalLong.empty();
        }
        return OptionalLong.of(omitted.getAndSet(0));
    }
}
