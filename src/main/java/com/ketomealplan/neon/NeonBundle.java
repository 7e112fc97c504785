package com.ketomealplan.neon;

import com.ketomealplan.neon.admin.OperatorConsole;
import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.DatabaseFailureMapper;
import com.ketomealplan.neon.health.DatabaseHealthCheck;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.ExpectedStatements;
import com.ketomealplan.neon.health.UnitOutcomes;
import com.ketomealplan.neon.idempotency.IdempotencyStore;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.migration.DatabaseCommand;
import com.ketomealplan.neon.migration.MigrationDataSource;
import com.ketomealplan.neon.migration.Migrations;
import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.migration.StartMigration;
import com.ketomealplan.neon.observe.Observation;
import com.ketomealplan.neon.observe.StatementObserver;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolMetrics;
import com.ketomealplan.neon.transaction.UnitListener;
import com.ketomealplan.neon.transaction.UnitOfWork;
import com.ketomealplan.neon.web.LeakGuardFilter;
import com.ketomealplan.neon.web.UnitOfWorkFeature;
import com.ketomealplan.telemetry.TelemetryBundle;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.ConfiguredBundle;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jdbi3.JdbiFactory;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.dropwizard.lifecycle.Managed;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.jackson2.Jackson2Config;
import org.jdbi.v3.jackson2.Jackson2Plugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the connection layer in an application: a pool and a {@link Jdbi} over it, {@code @Transaction} on SQL-object
 * and resource methods, answers for database failures, the health check, the pool's gauges, and the {@code db} commands.
 *
 * @param <T> the application's configuration
 */
public final class NeonBundle<T extends Configuration> implements ConfiguredBundle<T> {

    private static final Logger LOG = LoggerFactory.getLogger(NeonBundle.class);

    /** The pool's name in metrics and messages, and the health check's. */
    private static final String NAME = "database";

    private static final String MIGRATIONS = "migrations.xml";

    private final Function<T, NeonDataSourceFactory> settings;
    private final TelemetryBundle<T> telemetry;
    private Function<ContainerRequestContext, String> callers = UnitOfWorkFeature::callerByCredentials;
    private Class<?> application = NeonBundle.class;
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
     * @param telemetry where the layer's metrics and spans go
     */
    public NeonBundle(Function<T, NeonDataSourceFactory> settings, TelemetryBundle<T> telemetry) {
        this.settings = settings;
        this.telemetry = telemetry;
    }

    /**
     * Tells one client from another one, for idempotency keys: a key is its client's, and the same key of another client is another
     * key. By default clients are told apart by their {@code Authorization}; who lets in clients by other means, or renews what
     * they present between a request and its repetition, gives the name of the principal here. Call before {@link #run}.
     */
    public NeonBundle<T> tellingCallersBy(Function<ContainerRequestContext, String> function) {
        callers = function;
        return this;
    }

    @Override
    public void initialize(Bootstrap<?> bootstrap) {
        @SuppressWarnings("unchecked") // a bundle is given the bootstrap of the application that it is made for
        Bootstrap<T> own = (Bootstrap<T>) bootstrap;
        application = own.getApplication().getClass();
        own.addCommand(new DatabaseCommand<>(
                configuration -> settings.apply(configuration).forMigrations(),
                own.getApplication().getConfigurationClass(),
                MIGRATIONS));
    }

    @Override
    public void run(T configuration, Environment environment) throws Exception {
        NeonDataSourceFactory factory = settings.apply(configuration);
        CompletableFuture<Void> rehearsal = factory.usesEmbedded()
                ? CompletableFuture.runAsync(() -> Migrations.rehearse(MIGRATIONS))
                : CompletableFuture.completedFuture(null);
        database = factory.open();
        closeAtTheEnd(database, environment);
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
        LOG.info("Connections to {} are {}", connector.target(), describe(pool, factory.isPerRequestByDefault()));
        PoolMetrics.register(environment.metrics(), NAME, pool);
        observation = new Observation(
                NAME,
                database.endpoint(),
                factory.compute().ledger(database.isNeon()),
                telemetry.metrics(),
                telemetry.tracing());
        jdbi = jdbi(factory, environment);
        statements = observation.observe(jdbi, factory.slowStatementThreshold().toJavaDuration());
        outcomes = new UnitOutcomes();
        expected = new ExpectedStatements(jdbi);
        unitOfWork = UnitOfWork.install(
                jdbi,
                pool,
                Stream.concat(Stream.of(outcomes, changesets), Stream.of(observation.unitListeners()))
                        .toArray(UnitListener[]::new));
        serve(factory, environment);
        nameTasks(environment);
        watch(factory.healthMode().isPassive(database.isNeon()), environment);
    }

    /** What requests meet of the layer. */
    private void serve(NeonDataSourceFactory factory, Environment environment) {
        UnitOfWorkSettings settings = factory.unitOfWork();
        IdempotencyStore keys = new IdempotencyStore(
                environment.getObjectMapper(), settings.idempotencyKeyLifetime().toJavaDuration());
        JerseyEnvironment jersey = environment.jersey();
        jersey.register(new UnitOfWorkFeature(
                unitOfWork,
                new IdempotentWork.Keeping(
                        jdbi, keys, settings.maxStoredAnswer().toBytes()),
                callers,
                settings.deadline().toJavaDuration(),
                settings.wakeBudget().toJavaDuration()));
        jersey.register(new DatabaseFailureMapper.OfJdbi(observation::failed));
        jersey.register(new DatabaseFailureMapper.OfSql(observation::failed));
        jersey.register(observation.timing());
        FilterRegistration.Dynamic leakGuard = environment.servlets().addFilter("leak-guard", new LeakGuardFilter());
        leakGuard.setAsyncSupported(true);
        leakGuard.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
    }

    /** Tasks have no resource method that would name what they do. */
    private static void nameTasks(Environment environment) {
        environment
                .admin()
                .addFilter("task-purpose", (request, response, chain) -> {
                    Purpose.ofRequest("task" + ((HttpServletRequest) request).getPathInfo());
                    chain.doFilter(request, response);
                })
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/tasks/*");
    }

    /** What is known of the database, for operators and probes. */
    private void watch(boolean passive, Environment environment) {
        state = new DatabaseState(gate, pool, outcomes, database.isNeon());
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

    /** After the server and all that it manages: also when its start fails, and what it manages was never started. */
    private static void closeAtTheEnd(Database database, Environment environment) {
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopped(LifeCycle server) {
                database.close();
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

    /**
     * Shows the operator's page at the admin port. Call after {@link #run}.
     *
     * @param service its name, for the page's head
     * @param configuration what it runs with, without secrets
     */
    public void showConsole(String service, Map<String, String> configuration, Environment environment) {
        new OperatorConsole(
                        service,
                        application,
                        configuration,
                        gate,
                        pool,
                        state,
                        statements,
                        observation,
                        telemetry.metrics())
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
