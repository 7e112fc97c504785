package com.ketomealplan.neon.gate;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** The current attempts. Guarded by the gate's lock. */
final class Openings {

    private final LongSupplier nanoTime;
    private final Set<Opening> underWay = new HashSet<>();

    Openings(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * @param request the request that it is for; empty if it is a probe
     */
    Opening begin(Optional<OpeningRequest> request) {
        Opening opening = new Opening(request, nanoTime);
        underWay.add(opening);
        return opening;
    }

    void remove(Opening opening) {
        underWay.remove(opening);
    }

    int count() {
        return underWay.size();
    }

    boolean isEmpty() {
        return underWay.isEmpty();
    }

    boolean isLoggingIn() {
        return underWay.stream().anyMatch(Opening::isLoggingIn);
    }

    /** Returns the age of the oldest attempt in its log-in phase. */
    Optional<Duration> longestLogin() {
        return underWay.stream().filter(Opening::isLoggingIn).map(Opening::age).max(Comparator.naturalOrder());
    }

    /** Returns when the oldest attempt began; now, if there is none. */
    long oldestNanos() {
        return underWay.stream().mapToLong(Opening::begunNanos).min().orElseGet(nanoTime);
    }

    List<Opening> probes() {
        return underWay.stream().filter(Opening::isProbe).toList();
    }

    /** Detaches and returns the requests of all attempts. */
    List<OpeningRequest> detachRequests() {
        return underWay.stream()
                .flatMap(opening -> opening.detachRequest().stream())
                .toList();
    }
}
