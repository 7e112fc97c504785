package com.ketomealplan.neon.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Optional;

/** Whether something happens at regular intervals, as what a timer starts does, and what people do does not. */
final class Rhythm {

    /** So many intervals have to be alike. */
    private static final int ALIKE = 5;

    /** What happens within it is one beat: a page asks for several things at once. */
    private static final Duration ONE_BEAT = Duration.ofSeconds(1);

    /** The longest interval may be longer than the shortest one by this part. */
    private static final double TOLERANCE = 0.2;

    private final Deque<Duration> intervals = new ArrayDeque<>();
    private Instant last;

    /** @return the mean interval, if it is regular */
    Optional<Duration> beat(Instant now) {
        Duration interval = last == null ? Duration.ZERO : Duration.between(last, now);
        last = now;
        if (interval.compareTo(ONE_BEAT) < 0) {
            return Optional.empty();
        }
        intervals.add(interval);
        if (intervals.size() <= ALIKE) {
            return Optional.empty();
        }
        intervals.removeFirst();
        double shortest = Collections.min(intervals).toMillis();
        double longest = Collections.max(intervals).toMillis();
        boolean regular = longest - shortest <= TOLERANCE * shortest;
        return regular
                ? Optional.of(
                        intervals.stream().reduce(Duration.ZERO, Duration::plus).dividedBy(ALIKE))
                : Optional.empty();
    }
}
