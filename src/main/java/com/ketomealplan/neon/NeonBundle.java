package com.ketomealplan.neon;

import com.ketomealplan.neon.admin.OperatorConsole;
import com.ketomealplan.neon.admin.TaskPurpose;
import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.health.DatabaseHealthCheck;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.ExpectedStatements;
import com.ketomealplan.neon.health.UnitOutcomes;
import com.ketomealplan.neon.idempotency.IdempotencyStore;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import com.ketomealplan.neon.migration.DatabaseCommand;
import com.ketomealplan.neon.migration.MigrationDataSource;
import com.ketomealplan.neon.migration.Migrations;
import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.migration.StartMigration;
import com.ketomealplan.neon.observe.Observation;
import com.ketomealplan.neon.observe.Observer;
import com.ketomealplan.neon.observe.StatementObserver;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolMetrics;
import com.ketomealplan.neon.transaction.UnitListener;
import com.ketomealplan.neon.transaction.UnitOfWork;
import com.ketomealplan.neon.web.Callers;
import com.ketomealplan.neon.web.RequestHandling;
import com.ketomealplan.neon.web.ServerTiming;
import com.ketomealplan.neon.web.UnitOfWorkFeature;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.ConfiguredBundle;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jdbi3.JdbiFactory;
import io.dropwizard.lifecycle.Managed;
import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.jackson2.Jackson2Config;
import org.jdbi.v3.jackson2.Jackson2Plugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the connection layer in an application: a pool and a {@link Jdbi} over it, {@code @Transaction} on SQL-object
 * and resource methods, answers for database failures, the health check, metrics, spans, the operator's page, and the {@code db}
 * commands:
 *
 * <pre>{@code private final NeonBundle<MyConfiguration> neon = new NeonBundle<>(MyConfiguration::database);}</pre>
 *
 * What a service does not want it leaves out by the methods that begin with {@code without}; metrics, spans, the page and the
 * embedded database also by leaving their libraries out of its dependencies.
 *
 * @param <T> the application's configuration
 */
public final class NeonBundle<T extends Configuration> implements ConfiguredBundle<T> {

    private static final Logger LOG = LoggerFactory.getLogger(NeonBundle.class);

    /** The pool's name in metrics and messages, and the health check's. */
    private static final String NAME = "database";

    private static final String MIGRATIONS = "migrations.xml";

    private final Function<T, NeonDataSourceFactory> settings;
    private final Telemetry telemetry = new Telemetry();
    private Callers callers = Callers.byCredentials();
    private Function<T, Map<String, String>> shown = configuration -> Map.of();
    private boolean hasConsole = true;
    private boolean mayEmbed = true;
    private Application<?> application;
    private Database database;
    private Jdbi jdbi;
    private Pool pool;
    private UnitOfWork unitOfWork;
    private Observation observation;
    private StatementObserver statements;
    private UnitOutcomes outcomes;
    private PendingChangesets changesets;
    private ExpectedStatements expected;
    private DatabaseState state;
    private DatabaseProbe probe;
    private WakeGate gate;

    /**
     * @param settings finds the {@code database:} block in the configuration
     */
    public NeonBundle(Function<T, NeonDataSourceFactory> settings) {
        this.settings = settings;
    }

    /**
     * Tells one client from another one, for idempotency keys: a key is its client's, and the same key of another client is another
     * key. By default clients are told apart by their {@code Authorization}; who lets in clients by other means, or renews what
     * they present between a request and its repetition, gives the name of the principal here.
     */
    public NeonBundle<T> tellingCallersBy(Callers function) {
        callers = function;
        return this;
    }

    /** Registers the layer's metrics here, and leaves it to whoever has this registry to show them. */
    public NeonBundle<T> withMetricsIn(PrometheusRegistry registry) {
        telemetry.measureIn(registry);
        return this;
    }

    /** No metrics for Prometheus, nor the operator's page, whose charts they are. Those of Dropwizard stay. */
    public NeonBundle<T> withoutMetrics() {
        telemetry.measureNothing();
        return this;
    }

    /**
     * Gives the layer's spans to this, and not to what is set up for all of the process.
     *
     * @param openTelemetry asked by {@link #run}; empty if nothing is traced
     */
    public NeonBundle<T> withTracingBy(Supplier<Optional<OpenTelemetry>> openTelemetry) {
        telemetry.traceBy(openTelemetry);
        return this;
    }

    /** No spans. */
    public NeonBundle<T> withoutTracing() {
        telemetry.traceNothing();
        return this;
    }

    /** Shows on the operator's page what the service runs with; it has to be without secrets. */
    public NeonBundle<T> showing(Function<T, Map<String, String>> configuration) {
        shown = configuration;
        return this;
    }

    /** No operator's page at {@code /} of the admin port. */
    public NeonBundle<T> withoutConsole() {
        hasConsole = false;
        return this;
    }

    /** No PostgreSQL is started where the configuration has no URL: that ends the start. */
    public NeonBundle<T> withoutEmbeddedDatabase() {
        mayEmbed = false;
        return this;
    }

    @Override
    public void initialize(Bootstrap<?> bootstrap) {
        @SuppressWarnings("unchecked") // a bundle is given the bootstrap of the application that it is made for
        Bootstrap<T> own = (Bootstrap<T>) bootstrap;
        application = own.getApplication();
        own.addCommand(new DatabaseCommand<>(
                configuration -> settingsIn(configuration).forMigrations(),
                own.getApplication().getConfigurationClass(),
                MIGRATIONS));
    }

    private NeonDataSourceFactory settingsIn(T configuration) {
        NeonDataSourceFactory factory = settings.apply(configuration);
        if (factory.usesEmbedded() && !mayEmbed) {
            throw new IllegalStateException("database.url is missing, and this service starts no database of its own");
        }
        return factory;
    }

    @Override
    public void run(T configuration, Environment environment) throws Exception {
        NeonDataSourceFactory factory = settingsIn(configuration);
        CompletableFuture<Void> rehearsal = factory.usesEmbedded()
                ? CompletableFuture.runAsync(() -> Migrations.rehearse(MIGRATIONS))
                : CompletableFuture.completedFuture(null);
        database = factory.open();
        RequestHandling.afterwards(environment, database::close);
        database.notices().forEach(LOG::warn);
        Connector connector = database.connector(factory.unitOfWork().serverTimeout());
        changesets = new PendingChangesets(MIGRATIONS, connector.target(), ServerLimits.of(factory, database));
        if (factory.usesEmbedded()) {
            rehearsal.join(); // Liquibase's registries are for one thread
            migrate(factory);
        } else {
            new StartMigration(connector, () -> MigrationDataSourceFactory.open(factory), changesets, MIGRATIONS)
                    .run(factory.migrateAtStart());
        }
        gate = new WakeGate(connector);
        pool = factory.pool(database, gate, NAME);
        environment.lifecycle().manage(EarlyConnection.to(pool, factory.connectAtStart()));
        LOG.info("Connections to {} are {}", connector.target(), describe(pool, factory.isPerRequestByDefault()));
        PoolMetrics.register(environment.metrics(), NAME, pool);
        List<Observer> observers = new ArrayList<>(telemetry.observers(NAME, database.endpoint(), environment));
        ServerTiming timing = new ServerTiming(telemetry.traceparent(), database.isNeon());
        observers.add(timing);
        observation = new Observation(factory.compute().ledger(database.isNeon()), observers);
        jdbi = jdbi(factory, environment);
        outcomes = new UnitOutcomes();
        statements = observation.observe(jdbi, factory.slowStatementThreshold().toJavaDuration(), outcomes);
        expected = new ExpectedStatements(jdbi);
        unitOfWork = UnitOfWork.install(
                jdbi,
                pool,
                Stream.concat(Stream.of(outcomes, changesets), observation.unitListeners().stream())
                        .toArray(UnitListener[]::new));
        serve(factory, timing, environment);
        TaskPurpose.install(environment);
        watch(factory.healthMode().isPassive(database.isNeon()), environment);
        showConsole(shown.apply(configuration), environment);
    }

    /** What requests meet of the layer. */
    private void serve(NeonDataSourceFactory factory, ServerTiming timing, Environment environment) {
        UnitOfWorkSettings settings = factory.unitOfWork();
        IdempotencyStore keys = new IdempotencyStore(
                environment.getObjectMapper(), settings.idempotencyKeyLifetime().toJavaDuration());
        UnitOfWorkFeature units = new UnitOfWorkFeature(
                unitOfWork,
                new IdempotentWork.Keeping(
                        jdbi, keys, settings.maxStoredAnswer().toBytes()),
                callers,
                settings.deadline().toJavaDuration(),
                settings.wakeBudget().toJavaDuration());
        RequestHandling.install(environment, units, timing, observation::failed);
    }

    /** What is known of the database, for operators and probes. */
    private void watch(boolean passive, Environment environment) {
        state = new DatabaseState(gate, pool, outcomes, database.isNeon(), !passive);
        environment.lifecycle().manage(state);
        probe = new DatabaseProbe(gate, pool, state, outcomes, changesets, expected, passive);
        observation.observe(gate, pool, state, probe);
        environment.healthChecks().register(NAME, new DatabaseHealthCheck(probe));
        environment.lifecycle().manage(new Managed() {
            @Override
            public void start() {
                probe.introduce();
            }
        });
    }

    private static void migrate(NeonDataSourceFactory factory) throws Exception {
        MigrationDataSource dataSource = MigrationDataSourceFactory.open(factory);
        try {
            LOG.info("Applied {} migrations to the embedded PostgreSQL", Migrations.apply(dataSource, MIGRATIONS));
        } finally {
            dataSource.stop();
        }
    }

    private Jdbi jdbi(NeonDataSourceFactory factory, Environment environment) {
        JdbiFactory jdbiFactory = new JdbiFactory() {
            @Override
            protected void configure(Jdbi built) {
                super.configure(built);
                // What JDBI would append to each failure: the bound values, which may be personal
                built.getConfig(StatementExceptions.class)
                        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
                built.installPlugin(new Jackson2Plugin());
                built.getConfig(Jackson2Config.class).setMapper(environment.getObjectMapper());
            }
        };
        Jdbi built = jdbiFactory.build(environment, factory, pool, NAME);
        // JdbiFactory's own check waits for a connection of the pool, and hides what is wrong
        environment.healthChecks().unregister(NAME);
        return built;
    }

    static String describe(Pool pool, boolean byDefault) {
        return switch (pool.strategy()) {
            case POOLED ->
                "pooled: %d kept, at most %d"
                        .formatted(pool.statistics().kept(), pool.statistics().max());
            default ->
                "opened per request: none kept, at most %d%s"
                        .formatted(
                                pool.statistics().max(),
                                byDefault
                                        ? ", as is the default in production. Each unit of work pays for a connection of its"
                                                + " own, up to 5 round trips and a log-in; a process that lives for long"
                                                + " serves many times as much with POOLING=pooled"
                                        : "");
        };
    }

    private void showConsole(Map<String, String> configuration, Environment environment) {
        if (!hasConsole || !telemetry.measures()) {
            return;
        }
        if (!OperatorConsole.hasCharts()) {
            LOG.info("There is no operator's page: org.webjars.npm:uplot is not on the class path");
            return;
        }
        new OperatorConsole(
                        application.getName(),
                        application.getClass(),
                        configuration,
                        gate,
                        pool,
                        state,
                        statements,
                        observation,
                        telemetry.registry())
                .install(environment);
    }

    /** For what SQL objects cannot say. Call after {@link #run}. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /**
     * A SQL object that may be shared by all threads. Call after {@link #run}.
     *
     * @param type an interface with JDBI's annotations
     */
    public <D> D sqlObject(Class<D> type) {
        expected.add(type);
        return unitOfWork.sqlObject(type);
    }

    /**
     * A session of one's own, past the pool and past Neon's pooler, for what lasts longer than a transaction: LISTEN, advisory
     * locks, temporary tables. The caller closes it. It may end at any time, as a compute does. Call after {@link #run}.
     *
     * @throws SQLException if it cannot be opened, or if the URL names a pooler behind which the server is not known
     */
    public Connection openSession() throws SQLException {
        return database.directConnector().open().jdbc();
    }

    /** For statistics. Call after {@link #run}. */
    public Pool pool() {
        return pool;
    }

    /** For health reports and readiness. Call after {@link #run}. */
    public DatabaseProbe probe() {
        return probe;
    }
}
