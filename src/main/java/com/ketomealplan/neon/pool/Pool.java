package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.locks.LockWaits;
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

    /**
     * Which sessions of this role wait for a lock, and for whom, as far as is known. The server is asked only while a statement of this
     * pool's has run for a second, at most once in a few seconds, and on an idle connection, if there is one. Blocks for 0.1 s at most.
     */
    LockWaits lockWaits();

    /** From now on somebody hears what happens. */
    void listen(PoolListener listener);

    @Override
    void stop();
}
