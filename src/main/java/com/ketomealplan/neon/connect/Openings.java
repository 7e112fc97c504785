package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** The attempts that are under way. Guarded by the gate's lock. */
final class Openings {

    private final LongSupplier nanoTime;
    private final Set<Opening> underWay = new HashSet<>();

    Openings(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * @param request whom it is for; empty if it is a probe
     */
    Opening begin(Optional<OpeningRequest> request) {
        Opening opening = new Opening(request, nanoTime);
        underWay.add(opening);
        return opening;
    }

    void ended(Opening opening) {
        underWay.remove(opening);
    }

    int count() {
        return underWay.size();
    }

    boolean areNone() {
        return underWay.isEmpty();
    }

    boolean isLoggingIn() {
        return underWay.stream().anyMatch(Opening::isLoggingIn);
    }

    /** How long the oldest of those has lasted that are inside their log-in. */
    Optional<Duration> longestLogin() {
        return underWay.stream().filter(Opening::isLoggingIn).map(Opening::age).max(Comparator.naturalOrder());
    }

    /** When the oldest one began; now, if there is none. */
    long oldestNanos() {
        return underWay.stream().mapToLong(Opening::begunNanos).min().orElseGet(nanoTime);
    }

    List<Opening> probes() {
        return underWay.stream().filter(Opening::isProbe).toList();
    }

    /** Takes away from all of them whom they are for. */
    List<OpeningRequest> orphan() {
        return underWay.stream().flatMap(opening -> opening.orphan().stream()).toList();
    }
}
