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

    /** Statements that need disk space. DELETE does not, nor does SELECT, FOR UPDATE or not. */
    private static final Pattern STORES = Pattern.compile("(?is)[\\s(]*(?:insert|update|merge|copy"
            + "|with\\b.*(?<!\\b(?:for|key)\\s{1,20})\\b(?:insert|update|merge))\\b");

    /** The SQLSTATE of a row that a policy refuses ({@link Failure}), and of a missing privilege. */
    private static final String REFUSED_BY_POLICY = "42501";

    /** Where writes fail and succeed in turn, a success this soon after a failure does not yet end the state storage_full. */
    private static final Duration FULL_GRACE = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;
    private final Listeners<Runnable> listeners = new Listeners<>();
    private volatile Long servedNanos;
    private volatile Mismatch mismatch;
    private Long servedDespiteNanos;
    private volatile Failure full;
    private Long fullNanos;
    /** When a unit has stored something after the last failure of that kind. */
    private Long storedNanos;

    private Failure last;
    private Long lastNanos;
    private volatile boolean everFull;
    private final ThreadLocal<Boolean> storing = new ThreadLocal<>();
    private Optional<SchemaCheck> refutedCheck = Optional.empty();

    /**
     * @param check the check whether the mismatch still exists; empty if it cannot be checked
     */
    private record Mismatch(Failure failure, long nanos, Optional<SchemaCheck> check) {}

    public UnitOutcomes() {
        this(System::nanoTime);
    }

    UnitOutcomes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Registers a listener of changes, which is called on a unit's thread and must not block. */
    void addListener(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void onBegin() {
        forgetStored();
    }

    private void forgetStored() {
        if (everFull) {
            storing.remove();
        }
    }

    /** Records that a statement of the unit on this thread was executed. */
    public void onExecuted(String sql) {
        if (full != null && STORES.matcher(sql).lookingAt()) {
            storing.set(true);
        }
    }

    @Override
    public void onCommit(Duration time, Optional<Throwable> failure) {
        if (failure.isEmpty()) {
            onServed();
            if (full != null && storing.get() != null) {
                onStored();
            }
        }
    }

    /**
     * Records that the disk has space again. If it was full again soon after the last time, as where some writes find space in a page and
     * others do not, this counts only after a while without a failure.
     */
    private void onStored() {
        synchronized (this) {
            if (full == null) {
                return; // another thread has recorded it
            }
            long now = nanoTime.getAsLong();
            boolean flaps = storedNanos != null && fullNanos - storedNanos < DatabaseState.STATE_TTL.toNanos();
            if (flaps && now - fullNanos < FULL_GRACE.toNanos()) {
                return;
            }
            full = null;
            fullNanos = null;
            storedNanos = now;
        }
        listeners.forEach(Runnable::run);
    }

    /** Records a failure. A unit may be rolled back although the database has served it, as after a violated constraint. */
    @Override
    public void onRollback(Throwable throwable) {
        forgetStored(); // it is rolled back, and the unit may run again
        Failure failure = Failure.of(throwable);
        switch (failure.kind()) {
            case SCHEMA_MISMATCH -> onMismatch(failure, SchemaCheck.of(throwable));
            case STORAGE_FULL -> onStorageFull(failure);
            case CONSTRAINT, CONFLICT -> onServed();
            case INVALID_DATA -> {
                if (!failure.sqlState().equals(Optional.of(REFUSED_BY_POLICY))) { // perhaps each row is
                    onServed();
                }
            }
            case PROGRAM -> {
                if (failure.sqlState().isEmpty()) { // not of the database
                    onServed();
                }
            }
            default -> {}
        }
    }

    private void onServed() {
        long now = nanoTime.getAsLong();
        servedNanos = now;
        if (mismatch == null) { // nearly always
            return;
        }
        synchronized (this) {
            mismatch = null;
            servedDespiteNanos = now;
            refutedCheck = Optional.empty();
        }
        listeners.forEach(Runnable::run);
    }

    private void onMismatch(Failure failure, Optional<SchemaCheck> check) {
        synchronized (this) {
            // A check that could be executed says nothing of a failure inside a function: it is not repeated
            mismatch = new Mismatch(failure, nanoTime.getAsLong(), check.filter(any -> !refutedCheck.equals(check)));
            last = failure;
            lastNanos = mismatch.nanos();
        }
        listeners.forEach(Runnable::run);
    }

    /** Records that the disk is full. Only a write that succeeds ends that, or time: reads succeed on a full disk. */
    private void onStorageFull(Failure failure) {
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
    Optional<SchemaCheck> schemaCheck() {
        Mismatch known = mismatch;
        return known == null ? Optional.empty() : known.check();
    }

    /** Records that none of the service's statements can be executed. */
    void expectedStatementsFail(SchemaCheck check, Failure failure) {
        if (servedNanos == null) {
            onMismatch(failure, Optional.of(check));
        }
    }

    /** Records the result of a check. */
    void onChecked(SchemaCheck check, SchemaCheck.Outcome outcome) {
        synchronized (this) {
            if (mismatch == null || !mismatch.check().equals(Optional.of(check))) {
                return; // there are newer results
            }
            switch (outcome) {
                case MISMATCH -> mismatch = new Mismatch(mismatch.failure(), nanoTime.getAsLong(), mismatch.check());
                case FITS -> {
                    mismatch = null;
                    refutedCheck = Optional.of(check);
                }
                default -> {
                    return;
                }
            }
        }
        listeners.forEach(Runnable::run);
    }

    synchronized UnitSnapshot snapshot() {
        long now = nanoTime.getAsLong();
        Optional<Mismatch> known = Optional.ofNullable(mismatch);
        return new UnitSnapshot(
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
