package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.locks.LockWaits;
import io.dropwizard.db.ManagedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A source of connections for units of work. It is usable from its construction on: {@link #start()} does nothing.
 * {@link #stop()} closes all connections, also the borrowed ones; one in COMMIT as it is returned. Thread-safe.
 */
public interface Pool extends PlainDataSource, ManagedDataSource {

    /**
     * Borrows a connection; closing it returns it. Blocks until one is available, for the pool's max wait at most.
     *
     * @throws PoolExhaustedException if none became available in time; nothing was sent
     * @throws SQLException if one had to be opened and could not be
     */
    @Override
    Connection getConnection() throws SQLException;

    /** Returns {@link PoolingStrategy#POOLED} or {@link PoolingStrategy#PER_REQUEST}. */
    PoolingStrategy strategy();

    PoolStatistics statistics();

    /** Returns the open connections and their borrowers, borrowed ones first. */
    List<ConnectionReport> connections();

    /** Returns what the pool's traffic says of the database. */
    TrafficSnapshot traffic();

    /**
     * Evicts idle connections that the server has ended, found by reading their sockets: sends nothing, and blocks for about
     * a millisecond for each that it reads.
     */
    void checkIdle();

    /**
     * Returns the sessions of this role that wait for a lock, and their blockers, as far as is known. The server is asked only
     * while a statement of this pool has run for a second, and at most once in five seconds. Blocks for a second at most; may open a
     * connection if none is idle.
     */
    LockWaits lockWaits();

    /** Registers a listener. */
    void addListener(PoolListener listener);

    @Override
    void stop();
}
