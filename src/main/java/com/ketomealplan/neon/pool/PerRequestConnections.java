package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Connector;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a connection for a unit of work and closes it after. Keeps none, but never has more than a cap open: without one,
 * a burst of requests becomes a server that refuses everybody.
 */
public final class PerRequestConnections implements Pool {

    private static final Logger LOG = LoggerFactory.getLogger(PerRequestConnections.class);

    private final String name;
    private final Connector connector;
    private final int cap;
    private final Duration wait;
    private final Semaphore permits;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final LongAdder borrowed = new LongAdder();
    private final LongAdder returned = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private volatile boolean stopped;

    /**
     * @param name begins every message of the pool
     * @param cap how many connections may be open at once
     * @param wait how long a caller waits for its turn and for the connection, together
     */
    public PerRequestConnections(String name, Connector connector, int cap, Duration wait) {
        this.name = name;
        this.connector = connector;
        this.cap = cap;
        this.wait = wait;
        this.permits = new Semaphore(cap, true);
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (stopped) {
            throw new SQLException(name + ": the pool is closed");
        }
        long deadline = System.nanoTime() + wait.toNanos();
        acquire();
        boolean handedOut = false;
        try {
            Connection connection = connector.open(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            open.add(connection);
            if (stopped) { // between the look at the beginning and this: stop() did not see it
                close(connection);
                throw new SQLException(name + ": the pool is closed");
            }
            borrowed.increment();
            handedOut = true;
            return lease(connection);
        } finally {
            if (!handedOut) {
                permits.release();
            }
        }
    }

    private void acquire() throws SQLException {
        try {
            if (permits.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(name + ": interrupted while waiting for a connection", e);
        }
        timeouts.increment();
        throw new PoolTimeoutException(name, wait, statistics());
    }

    private void release(Connection connection) {
        if (open.remove(connection)) {
            returned.increment();
            permits.release();
        }
    }

    @Override
    public PoolingStrategy strategy() {
        return PoolingStrategy.PER_REQUEST;
    }

    @Override
    public PoolStatistics statistics() {
        int active = cap - permits.availablePermits(); // also those that are being opened
        long total = borrowed.sum();
        return new PoolStatistics(
                0, cap, active, active, 0, permits.getQueueLength(), total, returned.sum(), total, timeouts.sum());
    }

    /** Hands out nothing more, and closes what is still out. */
    @Override
    public void stop() {
        stopped = true;
        open.forEach(this::close);
    }

    private void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("{}: a connection could not be closed", name, e);
        } finally {
            release(connection);
        }
    }

    private Connection lease(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, new Lease(connection));
    }

    /** The borrower's view of a connection: closing it gives the permit back, once. */
    private final class Lease implements InvocationHandler {

        private final Connection connection;
        private final AtomicBoolean closed = new AtomicBoolean();

        Lease(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            switch (method.getName()) {
                case "equals":
                    return proxy == arguments[0];
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "close", "abort":
                    if (!closed.compareAndSet(false, true)) {
                        return null;
                    }
                    try {
                        return call(method, arguments);
                    } finally {
                        release(connection);
                    }
                case "unwrap":
                    return ((Class<?>) arguments[0]).isInstance(connection) ? connection : call(method, arguments);
                default:
                    return call(method, arguments);
            }
        }

        private Object call(Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
