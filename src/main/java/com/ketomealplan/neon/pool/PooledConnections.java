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
 * Keeps a few connections and opens more under load, by tomcat-jdbc. It has no background work at all: nothing is opened
 * at start or to fill up, and nothing is sent on an idle connection. What there is to do (check, recycle, trim) is done
 * when a caller borrows or returns.
 */
public final class PooledConnections implements Pool {

    private final String name;
    private final Duration wait;
    private final TrimmingPool pool;
    private final LongAdder borrowed = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder timeouts = new LongAdder();

    /**
     * @param name begins every message of the pool
     * @param kept how many connections stay open when idle
     * @param overflow how many more may be open under load; each is closed when it comes back and {@code kept} are idle
     * @param wait how long a caller waits for a connection, and how long opening one may take
     * @param maxAge after what time a connection is replaced, when it is borrowed or returned
     */
    public PooledConnections(String name, Connector connector, int kept, int overflow, Duration wait, Duration maxAge) {
        this.name = name;
        this.wait = wait;
        PoolProperties properties = new PoolProperties();
        properties.setName(name);
        properties.setDataSource(source(connector));
        properties.setInitialSize(0);
        properties.setMinIdle(0);
        properties.setMaxIdle(kept);
        properties.setMaxActive(kept + overflow);
        properties.setMaxWait(Math.toIntExact(wait.toMillis()));
        properties.setMaxAge(maxAge.toMillis());
        // Off: tomcat-jdbc closes what exceeds maxIdle on its return only when it has no sweeper (returnConnection)
        properties.setTimeBetweenEvictionRunsMillis(0);
        properties.setTestOnBorrow(true);
        properties.setTestOnReturn(true);
        properties.setValidationInterval(0);
        properties.setValidator(new ConnectionCheck());
        properties.setJmxEnabled(false);
        try {
            pool = new TrimmingPool(properties);
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
                pool.getPoolProperties().getMaxIdle(),
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

    /** tomcat-jdbc with two of its decisions moved: see the methods. */
    private static final class TrimmingPool extends ConnectionPool {

        TrimmingPool(PoolProperties properties) throws SQLException {
            super(properties);
        }

        void close() {
            close(false);
        }

        /** An aged connection is closed on its return; tomcat-jdbc would open a new one, which nobody waits for. */
        @Override
        protected boolean shouldClose(PooledConnection connection, int action) {
            return connection.isMaxAgeExpired() || super.shouldClose(connection, action);
        }

        /**
         * tomcat-jdbc compares the idle count with the limit and then adds, so that connections which come back at the
         * same moment can exceed it. With no sweeper nothing would ever close them: hence the second look.
         */
        @Override
        protected void returnConnection(PooledConnection connection) {
            super.returnConnection(connection);
            if (getIdle() > getPoolProperties().getMaxIdle()) {
                synchronized (this) {
                    checkIdle(true);
                }
            }
        }

        @Override
        protected boolean shouldReleaseIdle(long now, PooledConnection connection, long time) {
            return getIdle() > getPoolProperties().getMaxIdle() || super.shouldReleaseIdle(now, connection, time);
        }
    }
}
