package com.ketomealplan.neon.health;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which changes of the state are told: where it goes to and fro, the first few of each kind, and from then on what it has come to, with
 * the number of the changes between. Not thread-safe.
 */
final class StateChanges {

    /** So many changes from one condition to another are told within {@link #WINDOW}. */
    private static final int MOST = 3;

    static final Duration WINDOW = Duration.ofSeconds(10);

    /**
     * A change that is told.
     *
     * @param lasted how long it was as before
     * @param between how many changes were not told before this one
     */
    record Told(Condition before, Duration lasted, DatabaseStatus now, int between) {}

    private record Pair(Condition from, Condition to) {}

    private final LongSupplier nanoTime;
    private final Map<Pair, Deque<Long>> told = new HashMap<>();
    private Told held;

    StateChanges(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** It has changed. Returns what is to be told of that; empty if it is held back for now. */
    Optional<Told> changed(Condition before, Duration lasted, DatabaseStatus now) {
        int between = held == null ? 0 : held.between() + 1;
        held = new Told(before, lasted, now, between);
        return due();
    }

    /** What was held back and is to be told by now. */
    Optional<Told> due() {
        if (held == null) {
            return Optional.empty();
        }
        Deque<Long> times =
                told.computeIfAbsent(new Pair(held.before(), held.now().condition()), first -> new ArrayDeque<>());
        long now = nanoTime.getAsLong();
        while (!times.isEmpty() && now - times.peekFirst() >= WINDOW.toNanos()) {
            times.removeFirst();
        }
        if (times.size() >= MOST) {
            return Optional.empty();
        }
        times.addLast(now);
        return last();
    }

    /** The same, whether it is time or not. */
    Optional<Told> last() {
        Optional<Told> last = Optional.ofNullable(held);
        held = null;
        return last;
    }

    /** Whether something is held back. */
    boolean isHolding() {
        return held != null;
    }
}
