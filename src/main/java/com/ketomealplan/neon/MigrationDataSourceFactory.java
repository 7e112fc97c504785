package com.ketomealplan.neon;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.db.PooledDataSourceFactory;
import io.dropwizard.util.Duration;
import java.util.Map;
import java.util.Optional;

/** What dropwizard-migrations is given in place of the service's own data source. */
record MigrationDataSourceFactory(NeonDataSourceFactory database) implements PooledDataSourceFactory {

    @Override
    public ManagedDataSource build(MetricRegistry metrics, String name) {
        return database.migrations(database.open());
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
