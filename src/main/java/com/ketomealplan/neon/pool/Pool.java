package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.PlainDataSource;
import io.dropwizard.db.ManagedDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Where a unit of work gets its connection. Works from its construction on: {@link #start()} has nothing to do.
 * {@link #stop()} closes what is open.
 */
public interface Pool extends PlainDataSource, ManagedDataSource {

    /**
     * Hands out a connection; closing it gives it back.
     *
     * @throws PoolExhaustedException if none came free within the pool's wait; nothing was sent
     * @throws SQLException if one had to be opened, and could not be
     */
    @Override
    Connection getConnection() throws SQLException;

    /** {@link PoolingStrategy#POOLED} or {@link PoolingStrategy#PER_REQUEST}. */
    PoolingStrategy strategy();

    PoolStatistics statistics();

    @Override
    void stop();
}
