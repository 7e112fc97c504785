package com.ketomealplan.neon.pool;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pooling strategies, as PostgreSQL sees them: when connections are opened, returned and closed. */
class PoolingStrategyTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration BRIEF = Duration.ofMillis(50);
    private static final Duration HOUR = Duration.ofHours(1);

    private TestDatabase database;
    private Connector connector;
    private final List<Pool> pools = new ArrayList<>();

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.empty();
        connector = database.connector();
    }

    @AfterEach
    void stopPools() {
        pools.forEach(Pool::stop);
    }

    private Pool pool(Retention retention) {
        Pool pool = new ConnectionPool(
                "test", new WakeGate(connector), retention, new QueueLimits(WAIT, 1_000), Duration.ofMinutes(1), HOUR);
        pools.add(pool);
        return pool;
    }

    private Pool small(PoolingStrategy strategy) {
        return pool(
                strategy == PoolingStrategy.POOLED
                        ? Retention.pooled(1, 1, Duration.ofMillis(200), HOUR)
                        : Retention.perRequest(2));
    }

    @Test
    void aPoolOpensNoConnectionBeforeOneIsBorrowed() throws Exception {
        pool(Retention.pooled(5, 10, HOUR, HOUR)).start();

        assertThat(database.sessions()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aConnectionIsReturnedOnce(PoolingStrategy strategy) throws Exception {
        Pool pool = small(strategy);

        Connection connection = pool.getConnection();
        connection.close();
        connection.close();

        assertThat(connection.isClosed()).isTrue();
        assertThat(pool.statistics().active()).isZero();
        assertThat(pool.statistics().borrowed()).isEqualTo(1);
        assertThat(pool.statistics().returned()).isEqualTo(1);
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection()) {
            assertThat(pool.statistics().active()).isEqualTo(2);
            assertThat(first).isNotSameAs(second);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aFailedOpeningLeavesNothingBehind(PoolingStrategy strategy) throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        Connector original = connector;
        connector = new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                if (down.get()) {
                    throw new SQLException("the server is away", "08001");
                }
                return original.open(atMost, entered);
            }

            @Override
            public String target() {
                return original.target();
            }
        };
        Pool pool = small(strategy);

        for (int i = 0; i < 3; i++) { // for so short a time that there is not always an attempt
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> Deadline.within(BRIEF, Duration.ZERO, pool::getConnection))
                                    .isInstanceOf(OpeningFailedException.class)
                                    .hasMessageContaining("the server is away"));
        }
        down.set(false);

        await().ignoreExceptions() // at first it may still be known to be down
                .until(() -> {
                    pool.getConnection().close();
                    return true;
                });
        assertThat(pool.statistics().active()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void stoppingThePoolClosesItsConnections(PoolingStrategy strategy) throws Exception {
        Pool pool = small(strategy);
        Connection borrowed = pool.getConnection();
        pool.getConnection().close();

        try (LoggedLines log = LoggedLines.of(Lease.class)) {
            pool.stop();

            assertThat(log.all()) // the process may end at once
                    .singleElement()
                    .asString()
                    .startsWith(
                            "Connection closed under its borrower, its transaction is rolled back: the pool is closed");
        }
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
        assertThatThrownBy(() -> TestPools.value(borrowed, "SELECT 1")).hasMessageContaining("the pool is closed");
        borrowed.close();
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
    }

    /** Its place is free by then, and is not freed once more. */
    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aConnectionThatItsBorrowerHasAbandonedIsTakenBackOnce(PoolingStrategy strategy) throws Exception {
        Pool pool = small(strategy);
        pool.getConnection().close();
        Connection abandoned = Deadline.within(Duration.ofMillis(1_500), Duration.ZERO, pool::getConnection);
        await().atMost(Duration.ofSeconds(30)).until(() -> pool.statistics().active() == 0);
        long returned = pool.statistics().returned();

        abandoned.close();
        abandoned.close();

        assertThat(pool.statistics().returned()).isEqualTo(returned);
        pool.getConnection().close();
        assertThat(pool.statistics().returned()).isEqualTo(returned + 1);
    }
}
