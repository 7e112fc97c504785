package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.GateListener;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.DatabaseCondition;
import com.ketomealplan.neon.health.DatabaseState;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The layer's metrics for Prometheus, under the names of OpenTelemetry's semantic conventions (1.44) where there are some, else
 * {@code neon_…}. Labels are values of enums, never input of a client. A scrape reads counters, and never queries the
 * database.
 */
public final class DatabaseMetrics implements Observer, GateListener, DatabaseState.StateListener {

    private static final String POOL = "db_client_connection_pool_name";

    /** Buckets in seconds, from a check to a wake: the conventions have none for connections. */
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
     * @param pool the pool's name, in a label
     * @param sleeps whether the database is a compute that suspends
     */
    public DatabaseMetrics(PrometheusRegistry registry, String pool, boolean sleeps) {
        this.registry = registry;
        this.pool = pool;
        this.sleeps = sleeps;
        wait = poolTimes(
                "db_client_connection_wait_time",
                "Time callers waited in the queue for a connection, where none was idle.");
        use = poolTimes("db_client_connection_use_time", "Time from borrowing a connection to returning it.");
        create = poolTimes("db_client_connection_create_time", "Time to open a connection.");
        check = poolTimes("neon_connection_check_time", "Time to check an idle connection before its use.");
        phases = times("neon_connection_phase_time", "Time of each phase of opening a connection.")
                .labelNames("phase")
                .register(registry);
        String cold = sleeps
                ? "Cold starts of the compute: their number and duration."
                : "Starts of the database: their number and duration.";
        coldStarts = times("neon_cold_start", cold).register(registry);
        openingFailures = counter("neon_connection_failures", "Failed attempts to open a connection.", "kind");
        evictions =
                counter("neon_connection_evictions", "Connections evicted from the pool, by eviction reason.", "cause");
        replays = counter("neon_unit_replays", "Units of work that were run again.", "reason");
        inDoubt = counter("neon_in_doubt_commits", "COMMITs without an answer, by their outcome.", "outcome");
        failures = counter("neon_unit_failures", "Units of work that failed.", "kind", "outcome");
        deadlines = counter("neon_deadline_exceeded", "Units of work that exceeded their deadline.", "stage");
        changes = counter("neon_database_state_changes", "Changes of the database's state.", "state");
        statements = new StatementTimes(registry);
        initializeSeries();
    }

    /** Initializes all series at 0: otherwise {@code increase()} would miss the first event of a series. */
    private void initializeSeries() {
        initialize(evictions, EvictionReason.values());
        initialize(inDoubt, CommitOutcome.values());
        initialize(changes, DatabaseCondition.values());
        Stream.of("acquire", "query", "commit").forEach(deadlines::initLabelValues);
        initialize(openingFailures, FailureKind.values());
        initialize(
                replays,
                Stream.of(FailureKind.values())
                        .filter(FailureKind::isRetryableImmediately)
                        .toArray(FailureKind[]::new));
        for (FailureKind kind : FailureKind.values()) {
            for (Outcome outcome : Outcome.values()) {
                failures.initLabelValues(Observer.label(kind), Observer.label(outcome));
            }
        }
    }

    private static void initialize(Counter counter, Enum<?>... values) {
        Stream.of(values).map(Observer::label).forEach(counter::initLabelValues);
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

    /** Registers the listeners, and the gauges that are read at each scrape. */
    @Override
    public void observe(WakeGate gate, Pool observed, DatabaseState state, AwakeLedger ledger) {
        observe(ledger);
        gate.addListener(this);
        observed.addListener(this);
        state.addListener(this);
        observe(observed);
        observe(state);
    }

    private void observe(Pool observed) {
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
        gauge("db_client_connection_max", "Maximum number of open connections.", observed, PoolStatistics::max);
        gauge(
                "db_client_connection_idle_max",
                "Number of idle connections that are kept open.",
                observed,
                PoolStatistics::kept);
        gauge(
                "db_client_connection_idle_min",
                "Minimum number of idle connections: always 0, none is opened in advance.",
                observed,
                now -> 0);
        gauge("db_client_connection_pending_requests", "Callers in the wait queue.", observed, PoolStatistics::waiting);
        gauge(
                "neon_connection_pending_requests_max",
                "Maximum number of callers in the wait queue.",
                observed,
                PoolStatistics::waitingMax);
        counter(
                "db_client_connection_timeouts",
                "Callers whose wait timed out or was interrupted.",
                observed,
                PoolStatistics::timeouts);
        counter("neon_connection_shed", "Callers rejected by the wait queue.", observed, PoolStatistics::rejected);
        counter("neon_connection_leaks", "Connections leaked by requests.", observed, PoolStatistics::leaked);
        counter("neon_connections_opened", "Connections opened for the pool.", observed, PoolStatistics::opened);
    }

    private void observe(DatabaseState state) {
        GaugeWithCallback.builder()
                .name("neon_database_state")
                .help("1 for the current state of the database, else 0.")
                .labelNames("state")
                .callback(gauge -> {
                    DatabaseCondition now = state.status().condition();
                    for (DatabaseCondition condition : DatabaseCondition.values()) {
                        gauge.call(condition == now ? 1 : 0, condition.label());
                    }
                })
                .register(registry);
    }

    /** Registers the time that the compute was kept awake, by unit of work. */
    private void observe(AwakeLedger ledger) {
        CounterWithCallback.builder()
                .name("neon_awake")
                .help(
                        sleeps
                                ? "Time this process has kept the compute awake, by unit of work."
                                : "Time in which this process has used the database, by unit of work.")
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

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    @Override
    public void onOpened(OpeningTimes times) {
        create.observe(seconds(times.total()));
        times.phases().forEach((phase, time) -> phases.labelValues(Observer.label(phase))
                .observe(seconds(time)));
    }

    @Override
    public void onFailed(FailureKind kind) {
        openingFailures.labelValues(Observer.label(kind)).inc();
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
    public void onEvicted(EvictionReason reason) {
        evictions.labelValues(Observer.label(reason)).inc();
    }

    @Override
    public void onExecuted(String name, String sql, Duration time, Optional<Failure> failure) {
        statements.observe(name, seconds(time), failure.map(found -> Observer.label(found.kind())));
    }

    @Override
    public void onReplay(FailureKind reason) {
        replays.labelValues(Observer.label(reason)).inc();
    }

    @Override
    public void onCommitResolved(CommitOutcome outcome) {
        inDoubt.labelValues(Observer.label(outcome)).inc();
    }

    @Override
    public void onUnitFailed(Failure failure) {
        failures.labelValues(Observer.label(failure.kind()), Observer.label(failure.outcome()))
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
    public void onChange(DatabaseCondition now) {
        changes.labelValues(now.label()).inc();
    }

    @Override
    public void onColdStart(Duration time) {
        coldStarts.observe(seconds(time));
    }
}
