package com.ketomealplan.neon.pool.core;

import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.UnansweredException;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Soon;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Creates pools that are stopped after the test, and has the SQL that tests of a borrowed connection share. */
public final class TestPools implements AfterEachCallback {

    static final Duration HOUR = Duration.ofHours(1);

    /** Longer than anything that a test waits for. */
    static final Duration LONG = Duration.ofSeconds(30);

    private final List<Pool> pools = new CopyOnWriteArrayList<>();

    /** Creates a pool that keeps all of its connections; its callers wait for as long as a test may last. */
    public Pool keeping(int max, Connector connector) {
        return of(max, connector, new QueueLimits(LONG, 1_000), LONG);
    }

    /** Creates a pool over a gate of the test's, whose state it looks at. */
    public Pool keeping(int max, WakeGate gate) {
        return of(max, gate, new QueueLimits(LONG, 1_000), LONG, HOUR);
    }

    Pool of(int max, Connector connector, QueueLimits limits, Duration longestIdle) {
        return of(max, connector, limits, longestIdle, HOUR);
    }

    Pool of(int max, Connector connector, QueueLimits limits, Duration longestIdle, Duration maxLease) {
        return of(max, new WakeGate(connector), limits, longestIdle, maxLease);
    }

    private Pool of(int max, WakeGate gate, QueueLimits limits, Duration longestIdle, Duration maxLease) {
        Pool pool =
                new ConnectionPool("test", gate, Retention.pooled(max, 0, HOUR, HOUR), limits, longestIdle, maxLease);
        pools.add(pool);
        return pool;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        pools.forEach(Pool::stop);
    }

    public static Connector through(NeonProxy proxy, TestDatabase database) {
        return Connectors.to(Endpoint.parse(proxy.url(database)));
    }

    /** Opens each connection with a permit of the test's. */
    static Connector heldUpBy(Connector target, Semaphore mayOpen) {
        return new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                mayOpen.acquireUninterruptibly();
                return target.open(atMost, entered);
            }

            @Override
            public String target() {
                return target.target();
            }
        };
    }

    /** Collects the eviction reasons of a pool from now on. */
    static List<EvictionReason> evictions(Pool pool) {
        List<EvictionReason> evictions = new CopyOnWriteArrayList<>();
        pool.addListener(new PoolListener() {
            @Override
            public void onEvicted(EvictionReason reason) {
                evictions.add(reason);
            }
        });
        return evictions;
    }

    static LeasedTransaction leased(Connection connection) {
        return LeasedTransaction.of(connection).orElseThrow();
    }

    /** The first column of the first row. */
    public static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The process on the server, which is another one whenever the connection is. */
    public static int backend(Connection connection) throws SQLException {
        return Integer.parseInt(value(connection, "SELECT pg_backend_pid()"));
    }

    static int backend(Pool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return backend(connection);
        }
    }

    /** The last message of a backend may be on its way when it has ended already: then its use meets it, and the next is another's. */
    static int backendAtLast(Pool pool) {
        return Soon.await()
                .ignoreExceptionsInstanceOf(UnansweredException.class)
                .until(() -> backend(pool), any -> true);
    }

    /** Waits until the server executes the statement. */
    static void awaitExecuting(TestDatabase database, String sql) {
        await().atMost(Duration.ofSeconds(30)).until(() -> executing(database, sql) == 1);
    }

    /** How many sessions execute the statement, as the server sees it. */
    static int executing(TestDatabase database, String sql) {
        return database.jdbi().withHandle(handle -> handle.createQuery("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND state = 'active' AND query = :sql
                        """)
                .bind("sql", sql)
                .mapTo(int.class)
                .one());
    }

    /** What the call returns; a call that never ends fails the test. */
    static <T> T resultOf(CompletableFuture<T> call) throws Exception {
        return call.get(30, TimeUnit.SECONDS);
    }

    /** What the call ended with, which has to be a failure. */
    static Throwable failureOf(CompletableFuture<?> call) throws Exception {
        try {
            Object result = resultOf(call);
            throw new AssertionError("it succeeded: " + result);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }
}
