package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.GateListener;
import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.health.Condition;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.DatabaseStatus;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.WaitTime;
import com.ketomealplan.neon.transaction.CommitOutcome;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The layer's metrics for Prometheus: under the names of OpenTelemetry's semantic conventions (1.44) where it has some, else
 * {@code neon_…}. Labels have the values of our own enums and nothing that a client sends. A scrape reads what is counted,
 * and never asks the database.
 */
public final class DatabaseMetrics implements Observer, GateListener, DatabaseState.StateListener {

    private static final String POOL = "db_client_connection_pool_name";

    /** Seconds: the conventions have none for connections; these reach from a check to a wake. */
    private static final double[] TIMES = {
        .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30
    };

    private final PrometheusRegistry registry;
    private final String pool;
    private final boolean sleeps;
    private final DistributionDataPoint wait;
    private final DistributionDataPoint use;
    private final DistributionDataPoint check;
    private final DistributionDataPoint create;
    private final Histogram phases;
    private final Histogram coldStarts;
    private final Counter openingFailures;
    private final Counter evictions;
    private final Counter replays;
    private final Counter inDoubt;
    private final Counter failures;
    private final Counter deadlines;
    private final Counter changes;
    private final StatementTimes statements;

    /**
     * @param pool its name, in a label
     * @param sleeps whether the database is a compute that sleeps
     */
    public DatabaseMetrics(PrometheusRegistry registry, String pool, boolean sleeps) {
        this.registry = registry;
        this.pool = pool;
        this.sleeps = sleeps;
        wait = poolTimes("db_client_connection_wait_time", "Waiting in line for a connection, where none was idle.");
        use = poolTimes("db_client_connection_use_time", "From borrowing a connection to giving it back.");
        create = poolTimes("db_client_connection_create_time", "Opening a connection.");
        check = poolTimes("neon_connection_check_time", "Looking at an idle connection before its use.");
        phases = times("neon_connection_phase_time", "The steps of opening a connection.")
                .labelNames("phase")
                .register(registry);
        String cold = sleeps
                ? "Waking the compute: how many times, and how long it took."
                : "Times in which the database was starting: how many, and how long.";
        coldStarts = times("neon_cold_start", cold).register(registry);
        openingFailures = counter("neon_connection_failures", "Attempts to open a connection that failed.", "kind");
        evictions = counter("neon_connection_evictions", "Connections closed that might have been kept.", "cause");
        replays = counter("neon_unit_replays", "Units of work that were run again.", "reason");
        inDoubt = counter("neon_in_doubt_commits", "COMMITs without an answer, by what became of them.", "outcome");
        failures = counter("neon_unit_failures", "Units of work that failed.", "kind", "outcome");
        deadlines = counter("neon_deadline_exceeded", "Units of work whose time was over.", "stage");
        changes = counter("neon_database_state_changes", "Changes of the database's state.", "state");
        statements = new StatementTimes(registry);
        beginAtZero();
    }

    /** A series that is born with its first event has not grown, for Prometheus: an alert on it would miss that one. */
    private void beginAtZero() {
        begin(evictions, EvictionReason.values());
        begin(inDoubt, CommitOutcome.values());
        begin(changes, Condition.values());
        Stream.of("acquire", "query", "commit").forEach(deadlines::initLabelValues);
        begin(openingFailures, FailureKind.values());
        begin(
                replays,
                Stream.of(FailureKind.values())
                        .filter(FailureKind::isGoneAtOnce)
                        .toArray(FailureKind[]::new));
        for (FailureKind kind : FailureKind.values()) {
            for (Outcome outcome : Outcome.values()) {
                failures.initLabelValues(inWords(kind), inWords(outcome));
            }
        }
    }

    private static void begin(Counter counter, Enum<?>... values) {
        Stream.of(values).map(DatabaseMetrics::inWords).forEach(counter::initLabelValues);
    }

    private Histogram.Builder times(String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .unit(Unit.SECONDS)
                .classicOnly()
                .classicUpperBounds(TIMES);
    }

    private DistributionDataPoint poolTimes(String name, String help) {
        return times(name, help).labelNames(POOL).register(registry).labelValues(pool);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    /** Hears them from now on, and shows what they know whenever it is scraped. */
    @Override
    public void observe(WakeGate gate, Pool observed, DatabaseState state, AwakeLedger ledger) {
        observe(ledger);
        gate.addListener(this);
        observed.addListener(this);
        state.listen(this);
        Map<String, ToLongFunction<PoolStatistics>> states =
                Map.of("idle", PoolStatistics::idle, "used", PoolStatistics::active);
        GaugeWithCallback.builder()
                .name("db_client_connection_count")
                .help("Open connections.")
                .labelNames(POOL, "db_client_connection_state")
                .callback(gauge -> {
                    PoolStatistics now = observed.statistics();
                    states.forEach((name, value) -> gauge.call(value.applyAsLong(now), pool, name));
                })
                .register(registry);
        gauge("db_client_connection_max", "How many connections may be open.", observed, PoolStatistics::max);
        gauge("db_client_connection_idle_max", "How many are kept.", observed, PoolStatistics::kept);
        gauge("db_client_connection_idle_min", "How many are opened unasked: none.", observed, now -> 0);
        gauge("db_client_connection_pending_requests", "Callers in line.", observed, PoolStatistics::waiting);
        gauge("neon_connection_pending_requests_max", "How many may be.", observed, PoolStatistics::waitingMax);
        counter("db_client_connection_timeouts", "Callers who waited in vain.", observed, PoolStatistics::timeouts);
        counter("neon_connection_shed", "Callers not let into the line.", observed, PoolStatistics::shed);
        counter("neon_connection_leaks", "Connections left open by requests.", observed, PoolStatistics::leaked);
        counter("neon_connections_opened", "Connections opened for the pool.", observed, PoolStatistics::opened);
        GaugeWithCallback.builder()
                .name("neon_database_state")
                .help("1 for the state that the database is in.")
                .labelNames("state")
                .callback(gauge -> {
                    Condition now = state.status().condition();
                    for (Condition condition : Condition.values()) {
                        gauge.call(condition == now ? 1 : 0, condition.inWords());
                    }
                })
                .register(registry);
    }

    /** Shows for whom the compute was held awake. */
    private void observe(AwakeLedger ledger) {
        CounterWithCallback.builder()
                .name("neon_awake")
                .help(
                        sleeps
                                ? "How long this process has held the compute awake, and for whom."
                                : "How long the database has had something to do for this process lately, and for whom.")
                .unit(Unit.SECONDS)
                .labelNames("who")
                .callback(counter ->
                        ledger.page().shares().forEach(share -> counter.call(seconds(share.total()), share.who())))
                .register(registry);
    }

    private void gauge(String name, String help, Pool observed, ToLongFunction<PoolStatistics> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(POOL)
                .callback(gauge -> gauge.call(value.applyAsLong(observed.statistics()), pool))
                .register(registry);
    }

    private void counter(String name, String help, Pool observed, ToLongFunction<PoolStatistics> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(POOL)
                .callback(counter -> counter.call(value.applyAsLong(observed.statistics()), pool))
                .register(registry);
    }

    private static String inWords(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    @Override
    public void onOpened(OpeningTimes times) {
        create.observe(seconds(times.total()));
        times.phases()
                .forEach((phase, time) -> phases.labelValues(inWords(phase)).observe(seconds(time)));
    }

    @Override
    public void onFailed(FailureKind kind) {
        openingFailures.labelValues(inWords(kind)).inc();
    }

    @Override
    public void onWaitEnded(WaitTime time) {
        wait.observe(seconds(time.total()));
    }

    @Override
    public void onChecked(Duration time) {
        check.observe(seconds(time));
    }

    @Override
    public void onReturned(Duration time) {
        use.observe(seconds(time));
    }

    @Override
    public void onEvicted(EvictionReason cause) {
        evictions.labelValues(inWords(cause)).inc();
    }

    @Override
    public void executed(String name, String sql, Duration time, Optional<Failure> failure) {
        statements.observe(name, seconds(time), failure.map(found -> inWords(found.kind())));
    }

    @Override
    public void onReplay(FailureKind reason) {
        replays.labelValues(inWords(reason)).inc();
    }

    @Override
    public void onCommitResolved(CommitOutcome outcome) {
        inDoubt.labelValues(inWords(outcome)).inc();
    }

    @Override
    public void failed(Failure failure) {
        failures.labelValues(inWords(failure.kind()), inWords(failure.outcome()))
                .inc();
        if (failure.kind() == FailureKind.TIMEOUT || failure.kind() == FailureKind.POOL_EXHAUSTED) {
            deadlines
                    .labelValues(
                            switch (failure.outcome()) {
                                case NOT_SENT -> "acquire";
                                case ROLLED_BACK -> "query";
                                case UNKNOWN -> "commit";
                            })
                    .inc();
        }
    }

    @Override
    public void changed(Condition before, Duration lasted, DatabaseStatus now) {
        changes.labelValues(now.condition().inWords()).inc();
    }

    @Override
    public void woke(Duration time) {
        coldStarts.observe(seconds(time));
    }
}
