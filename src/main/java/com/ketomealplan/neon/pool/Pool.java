package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.PlainDataSource;
import io.dropwizard.db.ManagedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

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

    /** Those that are open, and who has them: those in use first. */
    List<ConnectionReport> connections();

    /** What its traffic tells of the database. */
    PoolCondition condition();

    /**
     * Finds out whether the server has ended what nobody uses, by reading what came from it: sends nothing, and takes a
     * millisecond at most.
     */
    void look();

    /** From now on somebody hears what happens. */
    void listen(PoolListener listener);

    @Override
    void stop();
}
