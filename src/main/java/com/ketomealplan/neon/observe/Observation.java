package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.transaction.UnitListener;
import com.ketomealplan.neon.url.Endpoint;
import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;

/** All that observes the layer, put together and given its places. */
public final class Observation {

    private static final String SCOPE = "com.ketomealplan.neon";

    private final PrometheusRegistry registry;
    private final DatabaseMetrics metrics;
    private final ServerTiming timing = new ServerTiming();
    private final StateHistory history = new StateHistory();
    private final AwakeLedger ledger;
    private final Optional<DatabaseTracing> tracing;

    /**
     * @param pool its name in metrics
     * @param target where the connections lead
     * @param openTelemetry empty if nothing is traced
     */
    public Observation(
            String pool,
            Endpoint target,
            AwakeLedger ledger,
            PrometheusRegistry registry,
            Optional<OpenTelemetry> openTelemetry) {
        this.registry = registry;
        this.ledger = ledger;
        this.metrics = new DatabaseMetrics(registry, pool, target.isNeon());
        this.tracing = openTelemetry.map(found -> new DatabaseTracing(found.getTracer(SCOPE), target));
    }

    /** Observes the statements of a JDBI, and says in each whose it is. */
    public StatementObserver observe(Jdbi jdbi, Duration slowThreshold) {
        List<StatementListener> listeners = new ArrayList<>(List.of(timing));
        tracing.ifPresent(listeners::add);
        SqlStatements statements = jdbi.getConfig(SqlStatements.class);
        StatementObserver observer =
                new StatementObserver(registry, slowThreshold, statements.getSqlLogger(), listeners);
        statements.setSqlLogger(observer);
        statements.setTemplateEngine(new StatementComments(statements.getTemplateEngine()));
        return observer;
    }

    /** Observes connections, and what is known of the database. */
    public void observe(WakeGate gate, Pool pool, DatabaseState state, DatabaseProbe probe) {
        metrics.observe(gate, pool, state);
        metrics.observe(ledger);
        gate.listen(ledger);
        pool.listen(ledger);
        probe.listen(() -> ledger.used("health check", Duration.ZERO));
        pool.listen(timing);
        tracing.ifPresent(pool::listen);
        state.listen(history);
    }

    /** Hear of units of work. */
    public UnitListener[] unitListeners() {
        List<UnitListener> listeners = new ArrayList<>(List.of(metrics, timing));
        tracing.ifPresent(listeners::add);
        return listeners.toArray(UnitListener[]::new);
    }

    /** A unit of work has failed for good, and its client is told. */
    public void failed(Failure failure) {
        metrics.failed(failure);
    }

    /** Filters requests and answers of JAX-RS. */
    public ServerTiming timing() {
        return timing;
    }

    public AwakeLedger ledger() {
        return ledger;
    }

    public StateHistory history() {
        return history;
    }
}
