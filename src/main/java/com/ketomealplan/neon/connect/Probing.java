package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.connect.OutageDetector.ConnectFailure;
import com.ketomealplan.neon.failure.FailureKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * When the gate looks for a server that is down, until nobody has wanted a connection for {@link OutageDetector#FAILURE_TTL}. Guarded
 * by the gate's lock.
 */
final class Probing {

    /** Beside a probe that hangs the next one begins after so long: the network may lose the packets of that one only. */
    private static final Duration PAUSE = Duration.ofMillis(700);

    private static final int MOST = 4;

    /** How long a probe may take. */
    static final Duration LONGEST = PAUSE.multipliedBy(MOST);

    private final OutageDetector outage;
    private final LongSupplier nanoTime;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Runnable probe;
    private long wantedNanos;
    private int count;
    private Optional<Future<?>> next = Optional.empty();

    /**
     * @param probe called without the lock when it is time for one
     */
    Probing(
            OutageDetector outage,
            LongSupplier nanoTime,
            BiFunction<Duration, Runnable, Future<?>> timer,
            Runnable probe) {
        this.outage = outage;
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.probe = probe;
    }

    /** Somebody wants a connection. */
    void wanted() {
        wantedNanos = nanoTime.getAsLong();
    }

    boolean isWanted() {
        return nanoTime.getAsLong() - wantedNanos <= OutageDetector.FAILURE_TTL.toNanos();
    }

    void begin() {
        wanted();
        count = 0;
        scheduleNext();
    }

    void scheduleNext() {
        count++;
        FailureKind kind =
                outage.lastFailure().map(ConnectFailure::failure).orElseThrow().kind();
        next = Optional.of(timer.apply(Backoff.of(kind).after(count), probe));
    }

    /** Whether one more makes sense beside those that hang. */
    boolean isOneMoreUseful(List<Opening> hanging) {
        return hanging.size() < MOST
                && hanging.stream().allMatch(one -> one.age().compareTo(PAUSE) >= 0);
    }

    void end() {
        next.ifPresent(scheduled -> scheduled.cancel(false));
        next = Optional.empty();
    }
}
