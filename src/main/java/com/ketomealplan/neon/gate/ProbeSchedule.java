package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.OutageDetector.ConnectFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * The schedule of the probes for a server that is down. It ends when no connection was requested for {@link OutageDetector#FAIL_FAST_TTL}.
 * Guarded by the gate's lock.
 */
final class ProbeSchedule {

    /** The time after which another probe begins beside one that hangs: the network may lose the packets of one only. */
    private static final Duration PAUSE = Duration.ofMillis(700);

    private static final int MAX_PROBES = 4;

    /** The timeout of a probe. */
    static final Duration MAX_TIME = PAUSE.multipliedBy(MAX_PROBES);

    private final OutageDetector outage;
    private final ConnectAttempts attempts;
    private final LongSupplier nanoTime;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Runnable probe;
    private long wantedNanos;
    private int count;
    private Optional<Future<?>> next = Optional.empty();

    /**
     * @param probe is called without the lock when a probe is due
     */
    ProbeSchedule(
            OutageDetector outage,
            ConnectAttempts attempts,
            LongSupplier nanoTime,
            BiFunction<Duration, Runnable, Future<?>> timer,
            Runnable probe) {
        this.outage = outage;
        this.attempts = attempts;
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.probe = probe;
    }

    /** Records a request for a connection. */
    void onRequest() {
        wantedNanos = nanoTime.getAsLong();
    }

    boolean isNeeded() {
        return nanoTime.getAsLong() - wantedNanos <= OutageDetector.FAIL_FAST_TTL.toNanos();
    }

    /**
     * Begins it.
     *
     * @param wanted whether requests have waited until now
     */
    void begin(boolean wanted) {
        if (wanted) {
            onRequest();
        }
        count = 0;
        scheduleNext();
    }

    void scheduleNext() {
        count++;
        FailureKind kind =
                outage.lastFailure().map(ConnectFailure::failure).orElseThrow().kind();
        cancelNext(); // of an outage that was declared before
        next = Optional.of(timer.apply(Backoff.of(kind).after(count), probe));
    }

    /** Returns whether another probe may begin beside those that hang. */
    boolean allowsAnother() {
        List<ConnectAttempt> hanging = attempts.probes();
        return hanging.size() < MAX_PROBES
                && hanging.stream().allMatch(one -> one.age().compareTo(PAUSE) >= 0);
    }

    /** Ends it, because the server is not down any more. */
    void end() {
        attempts.forgetUnrequested();
        cancelNext();
        next = Optional.empty();
    }

    private void cancelNext() {
        next.ifPresent(scheduled -> scheduled.cancel(false));
    }
}
