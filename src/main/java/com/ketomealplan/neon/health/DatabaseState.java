package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.GateCondition;
import com.ketomealplan.neon.connect.GateListener;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolCondition;
import com.ketomealplan.neon.pool.PoolListener;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of the database, derived from the traffic, without queries. Each change is logged once, alternating ones by
 * {@link StateChanges}. Thread-safe and non-blocking.
 */
public final class DatabaseState implements Managed {

    /**
     * How long a failure counts without another attempt. Otherwise a balancer that sends no traffic to an unhealthy instance would never
     * see it recover. Longer than the gate's fail-fast time, or the state would flutter.
     */
    static final Duration FAILURE_TTL = Duration.ofMinutes(1);

    /** The idle time after which a compute suspends (Neon's default). */
    static final Duration UNTIL_SLEEP = Duration.ofMinutes(5);

    /** A log-in that takes longer is taken to be a wake. */
    public static final Duration LONG_LOGIN = Duration.ofMillis(250);

    /** A database that has answered so lately is not asleep. */
    static final Duration AWAKE = Duration.ofSeconds(10);

    /**
     * How long the pool is busy after it last kept a caller waiting in vain, so that the state does not flutter; and how long the server
     * counts as throttling that has refused one and let in another.
     */
    static final Duration STRAIN = Duration.ofSeconds(5);

    /**
     * A unit was served so lately that a failure of another one's statement is no verdict on the schema yet. Where units were served
     * between such failures, it takes {@link #FAILURE_TTL} without one: then one statement is wrong, and the state does not flutter.
     */
    static final Duration SETTLE = Duration.ofSeconds(5);

    /** The time between two checks of a condition that may change without an event. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Listens to changes of the state; must not block. */
    public interface StateListener {
        /**
         * @param lasted how long the condition before had lasted
         */
        default void changed(Condition before, Duration lasted, DatabaseStatus now) {}

        /**
         * A change for people, called for fewer changes if the state alternates.
         *
         * @param between how many changes were omitted since the last call
         */
        default void told(Condition before, Duration lasted, DatabaseStatus now, int between) {}

        /** A compute has woken in that time; called after the change. */
        default void woke(Duration time) {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseState.class);

    private final WakeGate gate;
    private final Pool pool;
    private final UnitOutcomes units;
    private final boolean sleeps;
    private final boolean asks;
    private final Listeners<StateListener> listeners = new Listeners<>();
    private final StateChanges changes = new StateChanges(System::nanoTime);
    private Condition condition = Condition.ASLEEP;
    private Instant since = Instant.now();
    private Future<?> nextLook = CompletableFuture.completedFuture(null);
    private boolean stopped;

    /**
     * @param sleeps whether the database is a compute that suspends
     * @param asks whether reading the status starts probes, so that a refusal lasts until a log-in is accepted
     */
    public DatabaseState(WakeGate gate, Pool pool, UnitOutcomes units, boolean sleeps, boolean asks) {
        this.gate = gate;
        this.pool = pool;
        this.units = units;
        this.sleeps = sleeps;
        this.asks = asks;
        gate.addListener(new GateListener() {
            @Override
            public void onChange() {
                status();
            }
        });
        pool.addListener(new PoolListener() {
            @Override
            public void onSaturated() {
                status();
            }
        });
        units.listen(this::status);
    }

    /** Registers a listener, which is called on any thread and must not block. */
    public void listen(StateListener listener) {
        listeners.add(listener);
    }

    /** Returns the current status. */
    public synchronized DatabaseStatus status() {
        GateCondition opening = gate.condition();
        PoolCondition traffic = pool.condition();
        UnitCondition work = units.condition();
        Instant now = Instant.now();
        Condition before = condition;
        Duration lasted = Duration.between(since, now);
        condition = judge(opening, traffic, work, sleeps, asks);
        since = condition == before ? since : now;
        Met met = lastFailure(opening, work);
        DatabaseStatus status = new DatabaseStatus(
                condition,
                since,
                sinceSuccess(opening, traffic).map(now::minus),
                met.ago().map(now::minus),
                met.failure(),
                traffic.open() == 0 && opening.failing(),
                sleeps);
        if (condition != before) {
            listeners.forEach(listener -> listener.changed(before, lasted, status));
            if (before == Condition.WAKING && (condition == Condition.UP || condition == Condition.BUSY)) {
                Duration wake = lasted.plus(LONG_LOGIN); // the time until it was known to be one
                listeners.forEach(listener -> listener.woke(wake));
            }
            changes.changed(before, lasted, status).ifPresent(this::tell);
        } else {
            changes.due().ifPresent(this::tell);
        }
        lookAgain(opening.attempting() && traffic.open() == 0);
        return status;
    }

    private void tell(StateChanges.Told change) {
        DatabaseStatus now = change.now();
        listeners.forEach(listener -> listener.told(change.before(), change.lasted(), now, change.between()));
        LOG.atLevel(now.condition().level())
                .log(
                        "The database is {}, after {} ms {}{}: {}",
                        now.inWords(now.condition()),
                        change.lasted().toMillis(),
                        now.inWords(change.before()),
                        change.between() == 0 ? "" : " (and " + change.between() + " changes between that)",
                        now.cause());
    }

    /** Derives the condition from the traffic. */
    static Condition judge(
            GateCondition opening, PoolCondition traffic, UnitCondition work, boolean sleeps, boolean asks) {
        Optional<FailureKind> failing = opening.failing()
                ? opening.lastFailure()
                        .map(Failure::kind)
                        .filter(kind -> isFresh(opening) || asks && refused(kind) == Condition.MISCONFIGURED)
                : Optional.empty();
        Optional<Duration> sinceSuccess = sinceSuccess(opening, traffic);
        boolean throttling =
                opening.lastFailure().filter(last -> last.kind().isThrottling()).isPresent();
        if (throttling && isWithin(opening.failing() ? FAILURE_TTL : STRAIN, opening.sinceFailure())) {
            return Condition.THROTTLED; // even if some attempts succeed
        }
        if (traffic.open() == 0) {
            if (opening.down()) {
                return Condition.DOWN;
            }
            if (failing.isPresent()) {
                return refused(failing.get());
            }
        }
        if (lacksSchema(work)) {
            return Condition.SCHEMA_MISMATCH;
        }
        if (isWithin(FAILURE_TTL, work.sinceFull())) {
            return Condition.STORAGE_FULL;
        }
        if (traffic.open() > 0) {
            if (refusesLogins(opening)) {
                return Condition.LOGIN_REFUSED;
            }
            if (isWithin(STRAIN, traffic.sinceSaturated())) {
                return failing.filter(kind -> !kind.isTransient())
                        .map(DatabaseState::refused)
                        .orElse(Condition.BUSY);
            }
            return sleeps && !isWithin(UNTIL_SLEEP, sinceSuccess) ? Condition.ASLEEP : Condition.UP;
        }
        boolean longLogin = opening.loggingIn()
                .filter(time -> time.compareTo(LONG_LOGIN) >= 0)
                .isPresent();
        if (longLogin && !isWithin(AWAKE, sinceSuccess)) {
            return Condition.WAKING;
        }
        boolean ended = !opening.attempting()
                && isWithin(sinceSuccess.orElse(UNTIL_SLEEP), traffic.sinceLoss()); // and there was no attempt since
        return !opening.failing() && !ended && isWithin(UNTIL_SLEEP, sinceSuccess) ? Condition.UP : Condition.ASLEEP;
    }

    private record Met(Optional<Failure> failure, Optional<Duration> ago) {}

    /** What has brought it there; if it is well, what was met last, which is past. */
    private Met lastFailure(GateCondition opening, UnitCondition work) {
        Met toOpen = new Met(opening.lastFailure(), opening.sinceFailure());
        Met ofUnits = new Met(work.last(), work.sinceLast());
        return switch (condition) {
            case SCHEMA_MISMATCH -> new Met(work.mismatch(), work.sinceMismatch());
            case STORAGE_FULL -> new Met(work.full(), work.sinceFull());
            case UP, BUSY, ASLEEP ->
                Stream.of(toOpen, ofUnits)
                        .filter(met -> met.ago().isPresent())
                        .min(Comparator.comparing(met -> met.ago().get()))
                        .orElse(toOpen);
            default -> toOpen;
        };
    }

    private static boolean lacksSchema(UnitCondition work) {
        return isWithin(FAILURE_TTL, work.sinceMismatch())
                && !isWithin(SETTLE, work.sinceServed())
                && !isWithin(FAILURE_TTL, work.sinceServedDespite());
    }

    /** Returns whether the last log-in was refused, however long ago: it lasts until a connection is opened. */
    private static boolean refusesLogins(GateCondition opening) {
        return opening.failing()
                && opening.lastFailure()
                        .filter(failure -> refused(failure.kind()) == Condition.MISCONFIGURED)
                        .isPresent();
    }

    private static Condition refused(FailureKind kind) {
        return switch (kind) {
            case WAKING -> Condition.WAKING;
            case QUOTA -> Condition.OVER_QUOTA;
            case AUTHENTICATION, MISCONFIGURED -> Condition.MISCONFIGURED;
            default -> Condition.DOWN;
        };
    }

    private static boolean isFresh(GateCondition opening) {
        return isWithin(FAILURE_TTL, opening.sinceFailure());
    }

    private static boolean isWithin(Duration time, Optional<Duration> ago) {
        return ago.filter(past -> past.compareTo(time) < 0).isPresent();
    }

    private static Optional<Duration> sinceSuccess(GateCondition opening, PoolCondition traffic) {
        return Stream.of(opening.sinceOpened(), traffic.sinceAnswer())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /** Schedules another check, so that a change without an event is logged when it happens. */
    private void lookAgain(boolean mayBeWaking) {
        nextLook.cancel(false);
        if (stopped) {
            return;
        }
        if (mayBeWaking) {
            nextLook = Timer.after(LONG_LOGIN, this::status);
        } else if (condition != Condition.ASLEEP || changes.isHolding()) {
            boolean soon = condition.isPassing() || changes.isHolding();
            nextLook = Timer.after(soon ? LOOK : UNTIL_SLEEP, this::status);
        }
    }

    /** Ends the scheduled checks. */
    @Override
    public synchronized void stop() {
        stopped = true;
        nextLook.cancel(false);
        changes.last().ifPresent(this::tell);
    }
}
