package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Limits repeated log lines to one in an interval, and counts the suppressed ones. Thread-safe. */
public final class LogThrottle {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final long pauseNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong loggedNanos;
    private final AtomicLong omitted = new AtomicLong();

    /** Creates a throttle with an interval of five seconds. */
    public LogThrottle() {
        this(PAUSE);
    }

    /**
     * @param pause the interval between two log lines
     */
    public LogThrottle(Duration pause) {
        this(pause, System::nanoTime);
    }

    LogThrottle(Duration pause, LongSupplier nanoTime) {
        this.pauseNanos = pause.toNanos();
        this.nanoTime = nanoTime;
        this.loggedNanos = new AtomicLong(nanoTime.getAsLong() - pauseNanos);
    }

    /** Returns the number of events suppressed since the last log line; empty if this one is suppressed too. */
    public OptionalLong tryAcquire() {
        long now = nanoTime.getAsLong();
        long last = loggedNanos.get();
        if (now - last < pauseNanos || !loggedNanos.compareAndSet(last, now)) {
            omitted.incrementAndGet();
            return OptionalLong.empty();
        }
        return OptionalLong.of(omitted.getAndSet(0));
    }
}
