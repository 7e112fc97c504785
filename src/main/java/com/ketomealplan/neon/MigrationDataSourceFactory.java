package com.ketomealplan.neon;

import com.codahale.metrics.MetricRegistry;
import com.ketomealplan.neon.migration.MigrationDataSource;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.db.PooledDataSourceFactory;
import io.dropwizard.util.Duration;
import java.util.Map;
import java.util.Optional;

/** The data source factory of dropwizard-migrations: direct connections, without a pool. */
record MigrationDataSourceFactory(NeonDataSourceFactory database) implements PooledDataSourceFactory {

    private static final java.time.Duration WAIT_FOR_OTHER_MIGRATION = java.time.Duration.ofMinutes(5);

    @Override
    public ManagedDataSource build(MetricRegistry metrics, String name) {
        return open(database);
    }

    /** Opens the database for migrations; the data source closes it. */
    static MigrationDataSource open(NeonDataSourceFactory settings) {
        Database opened = settings.open();
        return new MigrationDataSource(opened.directConnector(), WAIT_FOR_OTHER_MIGRATION, opened::close);
    }

    @Override
    public boolean isAutoCommentsEnabled() {
        return false;
    }

    @Override
    public Map<String, String> getProperties() {
        return database.getProperties();
    }

    @Override
    public Optional<Duration> getValidationQueryTimeout() {
        return database.getValidationQueryTimeout();
    }

    @Override
    public Optional<String> getValidationQuery() {
        return database.getValidationQuery();
    }

    @Override
    public String getDriverClass() {
        return database.getDriverClass();
    }

    @Override
    public String getUrl() {
        return database.getUrl();
    }

    @Override
    public void asSingleConnectionPool() {
        database.asSingleConnectionPool();
    }
}
