package com.ketomealplan.neon;

import com.ketomealplan.neon.admin.OperatorConsole;
import com.ketomealplan.neon.admin.TaskPurpose;
import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.DatabaseHealthCheck;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.ExpectedStatements;
import com.ketomealplan.neon.health.UnitOutcomes;
import com.ketomealplan.neon.idempotency.IdempotencyStore;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import com.ketomealplan.neon.migration.DatabaseCommand;
import com.ketomealplan.neon.migration.MigrateAtStart;
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
import jakarta.validation.Validator;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
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
 * and resource methods, responses for database failures, the health check, metrics, spans, the operator's page, and the {@code db}
 * commands:
 *
 * <pre>{@code private final NeonBundle<MyConfiguration> neon = new NeonBundle<>(MyConfiguration::database);}</pre>
 * Parts can be left out by the methods that begin with {@code without}; metrics, spans, the page and the embedded database also by
 * leaving their libraries out of the dependencies. An application has one bundle; a further database is opened by
 * {@link NeonDataSourceFactory#build}.
 *
 * @param <T> the application's configuration
 */
public final class NeonBundle<T extends Configuration> implements ConfiguredBundle<T> {

    private static final Logger LOG = LoggerFactory.getLogger(NeonBundle.class);

    /** The name of the pool in metrics and messages, and of the health check. */
    private static final String NAME = "database";

    private static final String MIGRATIONS = "migrations.xml";

    private final Function<T, NeonDataSourceFactory> settings;
    private final StartupConnection<T> startup;
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
     * @param settings returns the {@code database:} block of the configuration
     */
    public NeonBundle(Function<T, NeonDataSourceFactory> settings) {
        this.settings = settings;
        this.startup = new StartupConnection<>(settings, NAME);
    }

    /**
     * Sets how clients are identified, for idempotency keys: the same key of another client is another key. By default a client
     * is identified by its {@code Authorization} header. A service that authenticates by other means, or whose clients renew
     * their tokens between a request and its repetition, passes the name of the principal here.
     */
    public NeonBundle<T> identifyingCallersBy(Callers function) {
        callers = function;
        return this;
    }

    /** Registers the layer's metrics in this registry, whose owner exposes them. */
    public NeonBundle<T> withMetricsIn(PrometheusRegistry registry) {
        telemetry.useRegistry(registry);
        return this;
    }

    /** Leaves out the metrics for Prometheus, and the operator's page, which shows them. Dropwizard's metrics stay. */
    public NeonBundle<T> withoutMetrics() {
        telemetry.disableMetrics();
        return this;
    }

    /**
     * Sets the OpenTelemetry of the layer's spans, in place of the global one.
     *
     * @param openTelemetry is called by {@link #run}; empty if nothing is traced
     */
    public NeonBundle<T> withTracingBy(Supplier<Optional<OpenTelemetry>> openTelemetry) {
        telemetry.useOpenTelemetry(openTelemetry);
        return this;
    }

    /** Leaves out the spans. */
    public NeonBundle<T> withoutTracing() {
        telemetry.disableTracing();
        return this;
    }

    /** Sets the configuration that the operator's page shows; it must not contain secrets. */
    public NeonBundle<T> showing(Function<T, Map<String, String>> configuration) {
        shown = configuration;
        return this;
    }

    /** Leaves out the operator's page at {@code /} of the admin port. */
    public NeonBundle<T> withoutConsole() {
        hasConsole = false;
        return this;
    }

    /** Leaves out the embedded PostgreSQL: a configuration without a URL is invalid. To be called before the bundle is added. */
    public NeonBundle<T> withoutEmbeddedDatabase() {
        mayEmbed = false;
        return this;
    }

    @Override
    public void initialize(Bootstrap<?> bootstrap) {
        @SuppressWarnings("unchecked") // a bundle gets the bootstrap of its own application
        Bootstrap<T> own = (Bootstrap<T>) bootstrap;
        application = own.getApplication();
        if (!mayEmbed) {
            own.setConfigurationFactoryFactory(UrlRequired.over(own.getConfigurationFactoryFactory(), settings));
        }
        own.addCommand(new DatabaseCommand<>(
                configuration -> settingsIn(configuration).forMigrations(),
                own.getApplication().getConfigurationClass(),
                MIGRATIONS));
    }

    /**
     * Runs the command that starts the server. If its configuration has {@code connectAtStart}, and {@link #onConfigurationRead} is called
     * with it, the connection is asked for then, and not only when the bundle runs: a wake overlaps more of the start.
     *
     * @param command reads the configuration, and runs the application
     */
    public void connectEarlyIn(Callable<Void> command) throws Exception {
        startup.openEarlyIn(command);
    }

    /** Is to be called with a configuration that was read without a mistake, before it is validated: see {@link #connectEarlyIn}. */
    public void onConfigurationRead(T configuration, Validator validator) {
        startup.onRead(configuration, validator);
    }

    private NeonDataSourceFactory settingsIn(T configuration) {
        NeonDataSourceFactory factory = Objects.requireNonNull(
                settings.apply(configuration), "the configuration has no settings of the database");
        if (factory.usesEmbedded() && !mayEmbed) { // not read by the bootstrap's factory as of initialize()
            throw new IllegalStateException("database.url " + NeonDataSourceFactory.NO_URL);
        }
        return factory;
    }

    @Override
    public void run(T configuration, Environment environment) throws Exception {
        NeonDataSourceFactory factory = settingsIn(configuration);
        boolean embedded = factory.usesEmbedded();
        CompletableFuture<Void> preload = embedded && EmbeddedDatabase.isNew(factory.embeddedDirectory())
                ? CompletableFuture.runAsync(() -> Migrations.preload(MIGRATIONS))
                : CompletableFuture.completedFuture(null);
        DatabaseAccess access = startup.access(configuration).orElseGet(() -> DatabaseAccess.open(factory, NAME));
        database = access.database();
        RequestHandling.afterwards(environment, database::close);
        database.notices().forEach(LOG::warn);
        Connector connector = access.connector();
        changesets = new PendingChangesets(MIGRATIONS, connector.target(), ServerLimits.of(factory, database));
        preload.join(); // Liquibase's registries are not thread-safe
        new StartMigration(connector, () -> MigrationDataSourceFactory.open(factory), changesets, MIGRATIONS)
                .run(embedded ? MigrateAtStart.TRUE : factory.migrateAtStart());
        gate = access.gate();
        pool = access.pool();
        startup.open(access);
        environment.lifecycle().manage(startup);
        LOG.info("Connections to {} are {}", connector.target(), access.pooling());
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
        installRequestHandling(factory, timing, environment);
        TaskPurpose.install(environment);
        installHealth(factory.healthMode().isPassive(database.isNeon()), environment);
        installConsole(shown.apply(configuration), environment);
    }

    /** Installs the layer's request handling. */
    private void installRequestHandling(NeonDataSourceFactory factory, ServerTiming timing, Environment environment) {
        UnitOfWorkSettings settings = factory.unitOfWork();
        IdempotencyStore keys = new IdempotencyStore(
                environment.getObjectMapper(), settings.idempotencyKeyLifetime().toJavaDuration());
        UnitOfWorkFeature units = new UnitOfWorkFeature(
                unitOfWork,
                new IdempotentWork.Storage(
                        jdbi, keys, settings.maxStoredAnswer().toBytes()),
                callers,
                settings.deadline().toJavaDuration(),
                settings.wakeBudget().toJavaDuration());
        RequestHandling.install(environment, units, timing, observation::onUnitFailed);
    }

    /** Installs the database state and the health check. */
    private void installHealth(boolean passive, Environment environment) {
        state = new DatabaseState(gate, pool, outcomes, database.isNeon(), !passive);
        environment.lifecycle().manage(state);
        probe = new DatabaseProbe(gate, pool, state, outcomes, changesets, expected, passive);
        observation.observe(gate, pool, state, probe);
        environment.healthChecks().register(NAME, new DatabaseHealthCheck(probe));
        environment.lifecycle().manage(new Managed() {
            @Override
            public void start() {
                probe.warmUp();
            }
        });
    }

    private Jdbi jdbi(NeonDataSourceFactory factory, Environment environment) {
        JdbiFactory jdbiFactory = new JdbiFactory() {
            @Override
            protected void configure(Jdbi built) {
                super.configure(built);
                // JDBI would append the bound values, which may be personal data, to each failure
                built.getConfig(StatementExceptions.class)
                        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
                built.installPlugin(new Jackson2Plugin());
                built.getConfig(Jackson2Config.class).setMapper(environment.getObjectMapper());
            }
        };
        Jdbi built = jdbiFactory.build(environment, factory, pool, NAME);
        // JdbiFactory's check waits for a connection of the pool, and hides the cause
        environment.healthChecks().unregister(NAME);
        return built;
    }

    private void installConsole(Map<String, String> configuration, Environment environment) {
        if (!hasConsole || !telemetry.hasMetrics()) {
            return;
        }
        if (!OperatorConsole.hasCharts()) {
            LOG.info("Operator's page is off: org.webjars.npm:uplot is not on the class path");
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

    /** Returns the JDBI, for what SQL objects cannot do. To be called after {@link #run}. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /**
     * Returns a thread-safe SQL object. To be called after {@link #run}.
     *
     * @param type an interface with JDBI's annotations
     */
    public <D> D sqlObject(Class<D> type) {
        expected.add(type);
        return unitOfWork.sqlObject(type);
    }

    /**
     * Opens a connection outside of the pool and of Neon's pooler, for what lasts longer than a transaction: LISTEN, advisory
     * locks, temporary tables. The caller closes it. It may end at any time, when the compute suspends. Blocks. To be called after
     * {@link #run}.
     *
     * @throws SQLException if it cannot be opened, or if the URL names a pooler whose server is not known
     */
    public Connection openSession() throws SQLException {
        return database.directConnector().open().jdbc();
    }

    /** Returns the pool, for statistics. To be called after {@link #run}. */
    public Pool pool() {
        return pool;
    }

    /** Returns the probe, for health reports and readiness. To be called after {@link #run}. */
    public DatabaseProbe probe() {
        return probe;
    }
}
