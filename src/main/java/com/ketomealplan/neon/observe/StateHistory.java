package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.health.DatabaseCondition;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.DatabaseStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last changes of the database's state, and the last cold starts. Thread-safe. */
public final class StateHistory implements DatabaseState.StateListener {

    private static final int KEPT = 50;

    private final Deque<Change> changes = new ArrayDeque<>();
    private final Deque<ColdStart> coldStarts = new ArrayDeque<>();
    private long coldStartCount;

    /**
     * A change of the state.
     *
     * @param lasted how long the state before had lasted
     * @param between how many changes before this one were omitted, because the state alternated
     */
    public record Change(
            Instant at, DatabaseCondition from, DatabaseCondition to, Duration lasted, String cause, int between) {}

    /** A cold start of the compute. */
    public record ColdStart(Instant at, Duration time) {}

    @Override
    public synchronized void onReported(DatabaseCondition before, Duration lasted, DatabaseStatus now, int between) {
        keep(changes, new Change(now.since(), before, now.condition(), lasted, now.cause(), between));
    }

    @Override
    public synchronized void onColdStart(Duration time) {
        coldStartCount++;
        keep(coldStarts, new ColdStart(Instant.now(), time));
    }

    private static <T> void keep(Deque<T> kept, T newest) {
        kept.addFirst(newest);
        if (kept.size() > KEPT) {
            kept.removeLast();
        }
    }

    /** The newest first. */
    public synchronized List<Change> changes() {
        return List.copyOf(changes);
    }

    /** The newest first. */
    public synchronized List<ColdStart> coldStarts() {
        return List.copyOf(coldStarts);
    }

    /** Since the process started. */
    public synchronized long coldStartCount() {
        return coldStartCount;
    }
}
