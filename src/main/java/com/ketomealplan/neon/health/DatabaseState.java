package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.GateListener;
import com.ketomealplan.neon.gate.GateSnapshot;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.TrafficSnapshot;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of the database, derived from the traffic, without queries. Each change is logged once, alternating ones by
 * {@link StateChanges}. Thread-safe; blocks for nothing but the log.
 */
public final class DatabaseState implements Managed {

    /**
     * How long a failure counts without another attempt. Otherwise a balancer that sends no traffic to an unhealthy instance would never
     * see it recover. Longer than the gate's fail-fast time, or the state would flap.
     */
    static final Duration STATE_TTL = Duration.ofMinutes(1);

    /** The idle time after which a compute suspends (Neon's default). */
    static final Duration SUSPEND_AFTER = Duration.ofMinutes(5);

    /** A log-in that takes longer is taken to be a wake. */
    public static final Duration LONG_LOGIN = Duration.ofMillis(250);

    /** The time after an answer in which the database is taken to be awake. */
    static final Duration AWAKE_TTL = Duration.ofSeconds(10);

    /**
     * How long the pool counts as busy after a caller was rejected or has timed out, and the server as throttling after it has refused one
     * connection and accepted another one. Otherwise the state would flap.
     */
    static final Duration OVERLOAD_TTL = Duration.ofSeconds(5);

    /**
     * How long after a served unit the failed statement of another one does not count as a schema mismatch. Where units were served
     * between such failures, one statement is wrong: then it is {@link #STATE_TTL}, or the state would flap.
     */
    static final Duration SERVED_GRACE = Duration.ofSeconds(5);

    /** The time between two checks of a condition that may change without an event. */
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    /** Listens to changes of the state; must not block. */
    public interface StateListener {
        /** The condition has changed. */
        default void onChange(DatabaseCondition now) {}

        /**
         * A change is reported: it is logged too. Not called for each change if the state alternates.
         *
         * @param lasted how long the condition before had lasted
         * @param between how many changes were omitted since the last call
         */
        default void onReported(DatabaseCondition before, Duration lasted, DatabaseStatus now, int between) {}

        /** A compute has woken, which took that time. Called after the change. */
        default void onColdStart(Duration time) {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseState.class);

    private final WakeGate gate;
    private final Pool pool;
    private final UnitOutcomes units;
    private final boolean sleeps;
    private final boolean probed;
    private final InstantSource clock;
    private final Listeners<StateListener> listeners = new Listeners<>();
    private final StateChanges changes = new StateChanges(System::nanoTime);
    private DatabaseCondition condition = DatabaseCondition.ASLEEP;
    private Instant since;
    private long sinceNanos = System.nanoTime();
    private Future<?> nextCheck = CompletableFuture.completedFuture(null);
    private boolean stopped;

    /**
     * @param sleeps whether the database is a compute that suspends
     * @param probed whether reading the status starts probes, so that a refusal lasts until a log-in is accepted
     */
    public DatabaseState(WakeGate gate, Pool pool, UnitOutcomes units, boolean sleeps, boolean probed) {
        this(gate, pool, units, sleeps, probed, InstantSource.system());
    }

    /**
     * @param clock the time of day, which may be set at any moment: what lasts is measured without it
     */
    DatabaseState(WakeGate gate, Pool pool, UnitOutcomes units, boolean sleeps, boolean probed, InstantSource clock) {
        this.gate = gate;
        this.pool = pool;
        this.units = units;
        this.sleeps = sleeps;
        this.probed = probed;
        this.clock = clock;
        this.since = clock.instant();
        gate.addListener(new GateListener() {
            @Override
            public void onChange() {
                status();
            }
        });
        pool.addListener(new PoolListener() {
            @Override
            public void onWaitFailed() {
                status();
            }
        });
        units.addListener(this::status);
    }

    /** Registers a listener, which is called on any thread and must not block. */
    public void addListener(StateListener listener) {
        listeners.add(listener);
    }

    /** Returns the current status. */
    public synchronized DatabaseStatus status() {
        GateSnapshot opening = gate.snapshot();
        TrafficSnapshot traffic = pool.traffic();
        UnitSnapshot work = units.snapshot();
        Instant now = clock.instant();
        DatabaseCondition before = condition;
        Duration lasted = Duration.ofNanos(System.nanoTime() - sinceNanos);
        condition = derive(opening, traffic, work, sleeps, probed);
        if (condition != before) {
            since = now;
            sinceNanos = System.nanoTime();
        }
        LastFailure last = lastFailure(opening, work);
        DatabaseStatus status = new DatabaseStatus(
                condition,
                since,
                sinceSuccess(opening, traffic).map(now::minus),
                last.ago().map(now::minus),
                last.failure(),
                traffic.open() == 0 && opening.failing(),
                sleeps);
        if (condition != before) {
            listeners.forEach(listener -> listener.onChange(status.condition()));
            if (before == DatabaseCondition.WAKING
                    && (condition == DatabaseCondition.UP || condition == DatabaseCondition.BUSY)) {
                Duration wake = lasted.plus(LONG_LOGIN); // the time until it was known to be one
                listeners.forEach(listener -> listener.onColdStart(wake));
            }
            changes.changed(before, lasted, status).ifPresent(this::report);
        } else {
            changes.due().ifPresent(this::report);
        }
        scheduleCheck(opening, traffic.open() == 0);
        return status;
    }

    private void report(StateChanges.Report change) {
        DatabaseStatus now = change.now();
        listeners.forEach(listener -> listener.onReported(change.before(), change.lasted(), now, change.between()));
        LOG.atLevel(now.condition().level())
                .log(
                        "Database state: {} -> {} ({} ms{}): {}",
                        now.nameOf(change.before()),
                        now.nameOf(now.condition()),
                        change.lasted().toMillis(),
                        change.between() == 0 ? "" : ", " + change.between() + " changes between",
                        now.cause());
    }

    /** Derives the condition from the traffic. */
    static DatabaseCondition derive(
            GateSnapshot opening, TrafficSnapshot traffic, UnitSnapshot work, boolean sleeps, boolean probed) {
        if (isThrottling(opening)) {
            return DatabaseCondition.THROTTLED; // even if some attempts succeed
        }
        Optional<FailureKind> failing = opening.failing()
                ? opening.lastFailure()
                        .map(Failure::kind)
                        .filter(kind -> isFresh(opening) || probed && refused(kind) == DatabaseCondition.MISCONFIGURED)
                : Optional.empty();
        if (traffic.open() == 0) {
            if (opening.down()) {
                return DatabaseCondition.DOWN;
            }
            if (failing.isPresent()) {
                return refused(failing.get());
            }
        }
        if (lacksSchema(work)) {
            return DatabaseCondition.SCHEMA_MISMATCH;
        }
        if (isWithin(STATE_TTL, work.sinceFull())) {
            return DatabaseCondition.STORAGE_FULL;
        }
        return traffic.open() > 0
                ? deriveConnected(opening, traffic, failing, sleeps)
                : deriveDisconnected(opening, traffic);
    }

    /** Derives the condition of a database with open connections. */
    private static DatabaseCondition deriveConnected(
            GateSnapshot opening, TrafficSnapshot traffic, Optional<FailureKind> failing, boolean sleeps) {
        if (refusesLogins(opening)) {
            return DatabaseCondition.LOGIN_REFUSED;
        }
        if (isWithin(OVERLOAD_TTL, traffic.sinceWaitFailed())) {
            return failing.filter(kind -> !kind.isTransient())
                    .map(DatabaseState::refused)
                    .orElse(DatabaseCondition.BUSY);
        }
        return sleeps && !isWithin(SUSPEND_AFTER, sinceSuccess(opening, traffic))
                ? DatabaseCondition.ASLEEP
                : DatabaseCondition.UP;
    }

    /** Derives the condition of a database without an open connection. */
    private static DatabaseCondition deriveDisconnected(GateSnapshot opening, TrafficSnapshot traffic) {
        Optional<Duration> sinceSuccess = sinceSuccess(opening, traffic);
        boolean longLogin = opening.loggingIn()
                .filter(time -> time.compareTo(LONG_LOGIN) >= 0)
                .isPresent();
        if (longLogin && !isWithin(AWAKE_TTL, sinceSuccess)) {
            return DatabaseCondition.WAKING;
        }
        boolean ended = !opening.attempting()
                && isWithin(sinceSuccess.orElse(SUSPEND_AFTER), traffic.sinceLoss()); // and there was no attempt since
        return !opening.failing() && !ended && isWithin(SUSPEND_AFTER, sinceSuccess)
                ? DatabaseCondition.UP
                : DatabaseCondition.ASLEEP;
    }

    private record LastFailure(Optional<Failure> failure, Optional<Duration> ago) {}

    /** Returns the failure that caused the condition; if it is healthy, the last failure of the past. */
    private LastFailure lastFailure(GateSnapshot opening, UnitSnapshot work) {
        LastFailure toOpen = new LastFailure(opening.lastFailure(), opening.sinceFailure());
        LastFailure ofUnits = new LastFailure(work.last(), work.sinceLast());
        return switch (condition) {
            case SCHEMA_MISMATCH -> new LastFailure(work.mismatch(), work.sinceMismatch());
            case STORAGE_FULL -> new LastFailure(work.full(), work.sinceFull());
            case UP, BUSY, ASLEEP ->
                Stream.of(toOpen, ofUnits)
                        .filter(failure -> failure.ago().isPresent())
                        .min(Comparator.comparing(failure -> failure.ago().get()))
                        .orElse(toOpen);
            default -> toOpen;
        };
    }

    /** Returns whether the server has limited connections lately; longer ago if no attempt has succeeded since. */
    private static boolean isThrottling(GateSnapshot opening) {
        return opening.lastFailure().filter(last -> last.kind().isThrottling()).isPresent()
                && isWithin(opening.failing() ? STATE_TTL : OVERLOAD_TTL, opening.sinceFailure());
    }

    private static boolean lacksSchema(UnitSnapshot work) {
        return isWithin(STATE_TTL, work.sinceMismatch())
                && !isWithin(SERVED_GRACE, work.sinceServed())
                && !isWithin(STATE_TTL, work.sinceServedDespite());
    }

    /** Returns whether the last log-in was refused, however long ago: it lasts until a connection is opened. */
    private static boolean refusesLogins(GateSnapshot opening) {
        return opening.failing()
                && opening.lastFailure()
                        .filter(failure -> refused(failure.kind()) == DatabaseCondition.MISCONFIGURED)
                        .isPresent();
    }

    private static DatabaseCondition refused(FailureKind kind) {
        return switch (kind) {
            case WAKING -> DatabaseCondition.WAKING;
            case QUOTA -> DatabaseCondition.OVER_QUOTA;
            case AUTHENTICATION, MISCONFIGURED -> DatabaseCondition.MISCONFIGURED;
            default -> DatabaseCondition.DOWN;
        };
    }

    private static boolean isFresh(GateSnapshot opening) {
        return isWithin(STATE_TTL, opening.sinceFailure());
    }

    private static boolean isWithin(Duration time, Optional<Duration> ago) {
        return ago.filter(past -> past.compareTo(time) < 0).isPresent();
    }

    private static Optional<Duration> sinceSuccess(GateSnapshot opening, TrafficSnapshot traffic) {
        return Stream.of(opening.sinceOpened(), traffic.sinceAnswer())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /** Schedules another check, so that a change without an event is logged when it happens. */
    private void scheduleCheck(GateSnapshot opening, boolean disconnected) {
        nextCheck.cancel(false);
        if (stopped) {
            return;
        }
        if (opening.attempting() && disconnected) {
            Duration left = opening.loggingIn()
                    .map(LONG_LOGIN::minus)
                    .filter(rest -> rest.compareTo(Duration.ZERO) > 0)
                    .orElse(LONG_LOGIN);
            nextCheck = Timer.afterOnOwnThread(left, this::status);
        } else if (condition != DatabaseCondition.ASLEEP || changes.hasWithheld()) {
            boolean soon = condition.isTransient() || changes.hasWithheld();
            nextCheck = Timer.afterOnOwnThread(soon ? CHECK_INTERVAL : SUSPEND_AFTER, this::status);
        }
    }

    /** Ends the scheduled checks. */
    @Override
    public synchronized void stop() {
        stopped = true;
        nextCheck.cancel(false);
        changes.takeWithheld().ifPresent(this::report);
    }
}
