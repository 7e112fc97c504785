package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PlainDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.apache.tomcat.jdbc.pool.ConnectionPool;
import org.apache.tomcat.jdbc.pool.PoolExhaustedException;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.apache.tomcat.jdbc.pool.PooledConnection;

/**
 * Keeps a few connections and opens more under load, by tomcat-jdbc. Nothing is opened at start or to fill up, and nothing
 * is sent on an idle connection: what there is to check or to replace is done when a caller borrows or returns. The one
 * thing done in the background is closing what has not been used for a while, which a sleeping compute does not notice.
 */
public final class PooledConnections implements Pool {

    private static final int SWEEP_MILLIS = 1_000;

    private final String name;
    private final Duration wait;
    private final LazyPool pool;
    private final LongAdder borrowed = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder timeouts = new LongAdder();

    /**
     * @param name begins every message of the pool
     * @param kept how many connections stay open when idle
     * @param overflow how many more may be open under load
     * @param overflowIdleTime after what time without use one of those is closed. Not at once: under load the next caller
     *     is a moment away, and a log-in costs both sides milliseconds of computing
     * @param wait how long a caller waits for a connection, and how long opening one may take
     * @param maxAge after what time a connection is replaced, when it is borrowed or returned
     */
    public PooledConnections(
            String name,
            Connector connector,
            int kept,
            int overflow,
            Duration overflowIdleTime,
            Duration wait,
            Duration maxAge) {
        this.name = name;
        this.wait = wait;
        PoolProperties properties = new PoolProperties();
        properties.setName(name);
        properties.setDataSource(source(connector));
        properties.setInitialSize(0);
        properties.setMinIdle(kept); // a floor for closing; tomcat-jdbc opens nothing to reach it
        properties.setMaxIdle(kept + overflow);
        properties.setMaxActive(kept + overflow);
        properties.setMaxWait(Math.toIntExact(wait.toMillis()));
        properties.setMaxAge(maxAge.toMillis());
        properties.setMinEvictableIdleTimeMillis(Math.toIntExact(overflowIdleTime.toMillis()));
        properties.setTimeBetweenEvictionRunsMillis(SWEEP_MILLIS);
        properties.setTestWhileIdle(false);
        properties.setTestOnBorrow(true);
        properties.setTestOnReturn(true);
        properties.setValidationInterval(0);
        properties.setValidator(new ConnectionCheck());
        properties.setJmxEnabled(false);
        try {
            pool = new LazyPool(properties);
        } catch (SQLException e) {
            throw new IllegalStateException(name + ": the pool was refused its settings", e);
        }
    }

    private PlainDataSource source(Connector connector) {
        return () -> {
            Connection connection = connector.open(wait);
            opened.increment();
            return connection;
        };
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            Connection connection = pool.getConnection();
            borrowed.increment();
            return connection;
        } catch (PoolExhaustedException e) {
            timeouts.increment();
            PoolTimeoutException timeout = new PoolTimeoutException(name, wait, statistics());
            timeout.initCause(e);
            throw timeout;
        }
    }

    @Override
    public PoolingStrategy strategy() {
        return PoolingStrategy.POOLED;
    }

    @Override
    public PoolStatistics statistics() {
        return new PoolStatistics(
                pool.getPoolProperties().getMinIdle(),
                pool.getPoolProperties().getMaxActive(),
                pool.getSize(),
                pool.getActive(),
                pool.getIdle(),
                pool.getWaitCount(),
                borrowed.sum(),
                pool.getReturnedCount(),
                opened.sum(),
                timeouts.sum());
    }

    /** Closes the idle connections at once, and the borrowed ones when they come back. */
    @Override
    public void stop() {
        pool.close();
    }

    /** tomcat-jdbc without the connections that it opens for nobody. */
    private static final class LazyPool extends ConnectionPool {

        LazyPool(PoolProperties properties) throws SQLException {
            super(properties);
        }

        void close() {
            close(false);
        }

        /** An aged connection is closed on its return; tomcat-jdbc would open a new one in its place. */
        @Override
        protected boolean shouldClose(PooledConnection connection, int action) {
            return connection.isMaxAgeExpired() || super.shouldClose(connection, action);
        }

        /** By this the sweeper would replace aged connections while they are idle. */
        @Override
        public void testAllIdle(boolean checkMaxAgeOnly) {}
    }
}
