package com.ketomealplan.neon.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Optional;

/** Detects events at regular intervals, such as those of a timer. */
final class RegularInterval {

    /** The number of similar intervals that are regular. */
    private static final int COUNT = 5;

    /** Events within this time are one: a page sends several requests at once. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** By what part the longest interval may exceed the shortest one. */
    private static final double TOLERANCE = 0.2;

    private final Deque<Duration> intervals = new ArrayDeque<>();
    private Instant last;

    /** Records an event, and returns the mean interval, if it is regular. */
    Optional<Duration> record(Instant now) {
        Duration interval = last == null ? Duration.ZERO : Duration.between(last, now);
        last = now;
        if (interval.compareTo(SHORTEST) < 0) {
            return Optional.empty();
        }
        intervals.add(interval);
        if (intervals.size() <= COUNT) {
            return Optional.empty();
        }
        intervals.removeFirst();
        double shortest = Collections.min(intervals).toMillis();
        double longest = Collections.max(intervals).toMillis();
        boolean regular = longest - shortest <= TOLERANCE * shortest;
        return regular
                ? Optional.of(
                        intervals.stream().reduce(Duration.ZERO, Duration::plus).dividedBy(COUNT))
                : Optional.empty();
    }
}
