package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A current attempt to open a connection. Guarded by the gate's lock, except its phases, which the opener's thread sets. */
final class ConnectAttempt implements Consumer<Phase> {

    private final LongSupplier nanoTime;
    private final boolean probe;
    private final long begunNanos;
    private final Map<Phase, Long> phases = new EnumMap<>(Phase.class);
    private Optional<OpeningRequest> request;
    private volatile Optional<Long> loggingInSince = Optional.empty();

    /**
     * @param request the request that it is for; empty if it is a probe
     */
    ConnectAttempt(Optional<OpeningRequest> request, LongSupplier nanoTime) {
        this.request = request;
        this.probe = request.isEmpty();
        this.nanoTime = nanoTime;
        this.begunNanos = nanoTime.getAsLong();
    }

    /** Returns the request that it is for; empty if it is a probe, or if the request was detached. */
    Optional<OpeningRequest> request() {
        return request;
    }

    /** Detaches and returns its request, which fails while the attempt goes on. */
    Optional<OpeningRequest> detachRequest() {
        Optional<OpeningRequest> before = request;
        request = Optional.empty();
        return before;
    }

    boolean isProbe() {
        return probe;
    }

    /** Returns how long it has been in its log-in phase; empty if it is in another one. */
    Optional<Duration> loggingIn() {
        return loggingInSince.map(since -> Duration.ofNanos(nanoTime.getAsLong() - since));
    }

    long begunNanos() {
        return begunNanos;
    }

    Duration age() {
        return Duration.ofNanos(nanoTime.getAsLong() - begunNanos);
    }

    @Override
    public void accept(Phase phase) {
        long now = nanoTime.getAsLong();
        loggingInSince = phase == Phase.LOGIN ? Optional.of(now) : Optional.empty();
        phases.put(phase, now);
    }

    /** Returns the times of its phases. Called at its end, on the opener's thread. */
    OpeningTimes times() {
        Map<Phase, Duration> times = new EnumMap<>(Phase.class);
        long end = nanoTime.getAsLong();
        long next = end;
        for (Phase phase : List.of(Phase.LOGIN, Phase.TLS, Phase.TCP)) {
            long begun = phases.getOrDefault(phase, next);
            times.put(phase, Duration.ofNanos(next - begun));
            next = begun;
        }
        return new OpeningTimes(Duration.ofNanos(end - begunNanos), times);
    }
}
