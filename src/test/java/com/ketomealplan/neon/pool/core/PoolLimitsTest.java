package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The limits of a pool that has more callers than connections: its maximum size, the timeout of a wait, the wait queue. */
class PoolLimitsTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int ROUNDS = 5;

    private final TestDatabase database = TestDatabase.empty();
    private final List<Pool> pools = new ArrayList<>();

    @AfterEach
    void stopPools() {
        pools.forEach(Pool::stop);
    }

    private Pool pool(Retention retention, Duration wait) {
        return pool(retention, new QueueLimits(wait, 1_000));
    }

    private Pool pool(Retention retention, QueueLimits line) {
        Pool pool = new ConnectionPool(
                "test", new WakeGate(database.connector()), retention, line, HOUR, Duration.ofHours(1));
        pools.add(pool);
        return pool;
    }

    private static Retention two(PoolingStrategy strategy) {
        return strategy == PoolingStrategy.POOLED ? Retention.pooled(1, 1, WAIT, HOUR) : Retention.perRequest(2);
    }

    @Test
    @Tag("campaign")
    void aPoolNeverExceedsItsMaximumSizeAndKeepsItsIdleConnectionsAfterABurst() throws Exception {
        Pool pool = pool(Retention.pooled(5, 10, Duration.ofMillis(200), HOUR), WAIT);

        burst(pool, 15, Ring.times(50, 200));

        await().untilAsserted(() -> assertThat(database.sessions()).isEqualTo(5));
        await().untilAsserted(() -> assertThat(pool.statistics().idle()).isEqualTo(5));
        assertThat(pool.statistics().active()).isZero();
        assertThat(pool.statistics().overflow()).isZero();
    }

    @Test
    @Tag("campaign")
    void perRequestNeverExceedsItsMaximumSizeAndKeepsNoConnection() throws Exception {
        Pool pool = pool(Retention.perRequest(10), WAIT);
        int callers = Ring.times(30, 100);

        burst(pool, 10, callers);

        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
        int all = callers * ROUNDS;
        assertThat(pool.statistics()).isEqualTo(new PoolStatistics(0, 10, 0, 0, 0, 0, 1_000, all, all, all, 0, 0, 0));
    }

    /**
     * Each caller borrows several times. The first ones keep their connections until the pool is full and all others wait: then
     * PostgreSQL has as many sessions as the maximum size.
     */
    private void burst(Pool pool, int max, int callers) throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        List<CompletableFuture<Void>> borrowers = Clients.start(callers, () -> {
            for (int round = 0; round < ROUNDS; round++) {
                try (Connection connection = pool.getConnection();
                        Statement statement = connection.createStatement()) {
                    full.await();
                    statement.execute("SELECT 1");
                }
            }
            return null;
        });
        await().until(() ->
                pool.statistics().active() == max && pool.statistics().waiting() == callers - max);
        assertThat(database.sessions()).isEqualTo(max);
        full.countDown();
        Clients.join(borrowers);
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aWaitForAConnectionTimesOut(PoolingStrategy strategy) throws Exception {
        Pool pool = pool(two(strategy), Duration.ofMillis(200));

        try (Connection first = patiently(pool);
                Connection second = patiently(pool)) {
            assertThat(first).isNotEqualTo(second);
            long timeouts = pool.statistics().timeouts();
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(PoolExhaustedException.class)
                    .hasMessage(
                            "test: no connection became available within 200 ms (max 2, active 2, idle 0, waiting 0)");
            assertThat(pool.statistics().timeouts()).isEqualTo(timeouts + 1);
        }
        patiently(pool).close();
    }

    /** On a loaded machine a log-in may take longer than the pool's wait. */
    private static Connection patiently(Pool pool) {
        return await().ignoreExceptions().until(pool::getConnection, Objects::nonNull);
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aFullWaitQueueRejectsACallerAtOnce(PoolingStrategy strategy) throws Exception {
        Pool pool = withAWaitQueueOfTwo(strategy);
        try (Connection only = pool.getConnection()) {
            List<CompletableFuture<Void>> waiters = queue(pool, 2);

            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(PoolExhaustedException.class)
                    .hasMessage("test: wait queue full (limit 2) (max 1, active 1, idle 0, waiting 2)");
            assertThat(pool.statistics().rejected()).isEqualTo(1);

            returnEarly(only);
            Clients.join(waiters);
        }
        assertThat(pool.statistics().active()).isZero();
    }

    private Pool withAWaitQueueOfTwo(PoolingStrategy strategy) {
        Retention one =
                strategy == PoolingStrategy.POOLED ? Retention.pooled(1, 0, WAIT, HOUR) : Retention.perRequest(1);
        return pool(one, new QueueLimits(WAIT, 2));
    }

    /** Starts callers that wait for a connection, and return it. */
    private static List<CompletableFuture<Void>> queue(Pool pool, int callers) {
        List<CompletableFuture<Void>> waiters = Clients.start(callers, () -> {
            pool.getConnection().close();
            return null;
        });
        await().until(() -> pool.statistics().waiting() == callers);
        return waiters;
    }

    private static void returnEarly(Connection connection) throws SQLException {
        connection.close(); // and once more at the end of its block, which does nothing
    }

    /** A caller that has given up does not make the next one be rejected, once there is room for a further connection. */
    @Test
    void thereIsRoomAgainOnceAConnectionIsClosed() throws Exception {
        Pool pool = pool(two(PoolingStrategy.POOLED), new QueueLimits(WAIT, 1_000));
        Connection first = pool.getConnection();
        try (Connection second = pool.getConnection()) {
            Deadline.within(
                    Duration.ofSeconds(2),
                    Duration.ZERO,
                    () -> { // longer than is usual between two connections
                        assertThatThrownBy(pool::getConnection).isInstanceOf(PoolExhaustedException.class);
                        return null;
                    });
            first.setNetworkTimeout(Runnable::run, 0); // alters the session, which is not used again
            first.close();

            await().ignoreExceptionsInstanceOf(PoolExhaustedException.class) // until it is closed, on another thread
                    .until(() -> Deadline.within(Duration.ofSeconds(1), Duration.ZERO, () -> {
                        pool.getConnection().close();
                        return true;
                    }));
            assertThat(second.isClosed()).isFalse();
        }
    }
}
