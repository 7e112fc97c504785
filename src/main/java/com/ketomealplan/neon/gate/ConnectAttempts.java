package com.ketomealplan.neon.gate;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** The current attempts, but those that an outage has left behind. Guarded by the gate's lock. */
final class ConnectAttempts {

    private final LongSupplier nanoTime;
    private final Set<ConnectAttempt> underWay = new HashSet<>();

    ConnectAttempts(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * @param request the request that it is for; empty if it is a probe
     */
    ConnectAttempt begin(Optional<OpeningRequest> request) {
        ConnectAttempt attempt = new ConnectAttempt(request, nanoTime);
        underWay.add(attempt);
        return attempt;
    }

    /** Removes one that has ended; returns false if it was forgotten. */
    boolean remove(ConnectAttempt attempt) {
        return underWay.remove(attempt);
    }

    /**
     * Forgets those without a request, because the outage is over in which they began. They may hang for long yet, and neither count
     * against the limit nor say anything about the server as it is now.
     */
    void forgetUnrequested() {
        underWay.removeIf(attempt -> attempt.request().isEmpty());
    }

    int count() {
        return underWay.size();
    }

    boolean isEmpty() {
        return underWay.isEmpty();
    }

    boolean isLoggingIn() {
        return underWay.stream().anyMatch(attempt -> attempt.loggingIn().isPresent());
    }

    /** Returns how long the attempt that has been longest in its log-in phase has been in it. */
    Optional<Duration> longestLogin() {
        return underWay.stream()
                .flatMap(attempt -> attempt.loggingIn().stream())
                .max(Comparator.naturalOrder());
    }

    /** Returns when the oldest attempt began; now, if there is none. */
    long oldestNanos() {
        return underWay.stream().mapToLong(ConnectAttempt::begunNanos).min().orElseGet(nanoTime);
    }

    List<ConnectAttempt> probes() {
        return underWay.stream().filter(ConnectAttempt::isProbe).toList();
    }

    /** Detaches and returns the requests of all attempts. */
    List<OpeningRequest> detachRequests() {
        return underWay.stream()
                .flatMap(attempt -> attempt.detachRequest().stream())
                .toList();
    }
}
