package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.transaction.UnitListener;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Derives from the results of units of work what connections do not show: whether the schema fits, and whether the disk is full.
 * Thread-safe.
 */
public final class UnitOutcomes implements UnitListener {

    /** What needs room; to delete does not. */
    private static final Pattern STORES =
            Pattern.compile("(?is)[\\s(]*(?:insert|update|merge|copy|with\\b.*\\b(?:insert|update|merge))\\b");

    private final LongSupplier nanoTime;
    private final Listeners<Runnable> listeners = new Listeners<>();
    private volatile Long servedNanos;
    private volatile Mismatch mismatch;
    private Long servedDespiteNanos;
    private volatile Failure full;
    private Long fullNanos;
    /** When the last failure of that kind was followed by something stored. */
    private Long roomNanos;

    private Failure last;
    private Long lastNanos;
    private volatile boolean everFull;
    private final ThreadLocal<Boolean> storing = new ThreadLocal<>();
    private Optional<SchemaQuestion> deniedInVain = Optional.empty();

    /**
     * @param question the check for its end; empty if it cannot be checked
     */
    private record Mismatch(Failure failure, long nanos, Optional<SchemaQuestion> question) {}

    public UnitOutcomes() {
        this(System::nanoTime);
    }

    UnitOutcomes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Registers a listener of changes, which is called on a unit's thread and must not block. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void onBegin() {
        if (everFull) {
            storing.remove();
        }
    }

    /** A statement of the unit on this thread was executed. */
    public void executed(String sql) {
        if (full != null && STORES.matcher(sql).lookingAt()) {
            storing.set(true);
        }
    }

    @Override
    public void onCommit(Duration time, Optional<Throwable> failure) {
        if (failure.isEmpty()) {
            served();
            if (full != null && storing.get() != null) {
                stored();
            }
        }
    }

    /**
     * It has room again. Where it failed again soon after something was stored, as where some writes find room in a page and others do not,
     * nothing must fail for a while.
     */
    private void stored() {
        synchronized (this) {
            if (full == null) {
                return; // another thread has said so
            }
            long now = nanoTime.getAsLong();
            boolean flutters = roomNanos != null && fullNanos - roomNanos < DatabaseState.FAILURE_TTL.toNanos();
            if (flutters && now - fullNanos < DatabaseState.SETTLE.toNanos()) {
                return;
            }
            full = null;
            fullNanos = null;
            roomNanos = now;
        }
        listeners.forEach(Runnable::run);
    }

    /** Many a unit is rolled back that the database has served: it has found nothing, or what is refused. */
    @Override
    public void onRollback(Throwable throwable) {
        Failure failure = Failure.of(throwable);
        switch (failure.kind()) {
            case SCHEMA_MISMATCH -> lacking(failure, SchemaQuestion.of(throwable));
            case STORAGE_FULL -> full(failure);
            case CONSTRAINT, INVALID_DATA, CONFLICT -> served();
            case PROGRAM -> {
                if (failure.sqlState().isEmpty()) { // none of the database's
                    served();
                }
            }
            default -> {}
        }
    }

    private void served() {
        long now = nanoTime.getAsLong();
        servedNanos = now;
        if (mismatch == null) { // nearly always
            return;
        }
        synchronized (this) {
            mismatch = null;
            servedDespiteNanos = now;
            deniedInVain = Optional.empty();
        }
        listeners.forEach(Runnable::run);
    }

    private void lacking(Failure failure, Optional<SchemaQuestion> question) {
        synchronized (this) {
            // Where the server denied it and was wrong, as it is for what a function does, it is not asked again
            mismatch =
                    new Mismatch(failure, nanoTime.getAsLong(), question.filter(any -> !deniedInVain.equals(question)));
            last = failure;
            lastNanos = mismatch.nanos();
        }
        listeners.forEach(Runnable::run);
    }

    /** Only what stores something ends it, or time: reads succeed on a full disk. */
    private void full(Failure failure) {
        synchronized (this) {
            everFull = true;
            fullNanos = nanoTime.getAsLong();
            full = failure;
            last = failure;
            lastNanos = fullNanos;
        }
        listeners.forEach(Runnable::run);
    }

    /** Returns the check for a known schema mismatch; empty if there is none. */
    Optional<SchemaQuestion> question() {
        Mismatch known = mismatch;
        return known == null ? Optional.empty() : known.question();
    }

    /** Records that none of the service's statements can be executed. */
    void lacks(SchemaQuestion question, Failure failure) {
        if (servedNanos == null) {
            lacking(failure, Optional.of(question));
        }
    }

    /** Records the result of a check. */
    void answered(SchemaQuestion question, SchemaQuestion.Verdict verdict) {
        synchronized (this) {
            if (mismatch == null || !mismatch.question().equals(Optional.of(question))) {
                return; // there were newer results
            }
            switch (verdict) {
                case LACKING -> mismatch = new Mismatch(mismatch.failure(), nanoTime.getAsLong(), mismatch.question());
                case FITTING -> {
                    mismatch = null;
                    deniedInVain = Optional.of(question);
                }
                default -> {
                    return;
                }
            }
        }
        listeners.forEach(Runnable::run);
    }

    synchronized UnitCondition condition() {
        long now = nanoTime.getAsLong();
        Optional<Mismatch> known = Optional.ofNullable(mismatch);
        return new UnitCondition(
                since(servedNanos, now),
                since(servedDespiteNanos, now),
                known.map(Mismatch::failure),
                known.flatMap(found -> since(found.nanos(), now)),
                Optional.ofNullable(full),
                since(fullNanos, now),
                Optional.ofNullable(last),
                since(lastNanos, now));
    }

    private static Optional<Duration> since(Long nanos, long now) {
        return Optional.ofNullable(nanos).map(then -> Duration.ofNanos(now - then));
    }
}
