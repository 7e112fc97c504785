package com.ketomealplan.neon.health;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Limits the reported changes of a state that alternates: reports the first few of each kind, and then only the current condition with the
 * number of omitted changes. Not thread-safe.
 */
final class StateChanges {

    /** The number of changes from one condition to another that are reported within {@link #WINDOW}. */
    private static final int MAX_REPORTS = 3;

    static final Duration WINDOW = Duration.ofSeconds(10);

    /**
     * A reported change.
     *
     * @param lasted how long the condition before had lasted
     * @param between how many changes were omitted before this one
     */
    record Report(DatabaseCondition before, Duration lasted, DatabaseStatus now, int between) {}

    private record Pair(DatabaseCondition from, DatabaseCondition to) {}

    private final LongSupplier nanoTime;
    private final Map<Pair, Deque<Long>> reportedNanos = new HashMap<>();
    private Report withheld;

    StateChanges(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Records a change, and returns it if it is to be reported now. */
    Optional<Report> changed(DatabaseCondition before, Duration lasted, DatabaseStatus now) {
        int between = withheld == null ? 0 : withheld.between() + 1;
        withheld = new Report(before, lasted, now, between);
        return due();
    }

    /** Returns the withheld change, if it is due. */
    Optional<Report> due() {
        if (withheld == null) {
            return Optional.empty();
        }
        Deque<Long> times = reportedNanos.computeIfAbsent(
                new Pair(withheld.before(), withheld.now().condition()), first -> new ArrayDeque<>());
        long now = nanoTime.getAsLong();
        while (!times.isEmpty() && now - times.peekFirst() >= WINDOW.toNanos()) {
            times.removeFirst();
        }
        if (times.size() >= MAX_REPORTS) {
            return Optional.empty();
        }
        times.addLast(now);
        return takeWithheld();
    }

    /** Returns the withheld change, whether it is due or not. */
    Optional<Report> takeWithheld() {
        Optional<Report> last = Optional.ofNullable(withheld);
        withheld = null;
        return last;
    }

    /** Returns whether a change is withheld. */
    boolean hasWithheld() {
        return withheld != null;
    }
}
