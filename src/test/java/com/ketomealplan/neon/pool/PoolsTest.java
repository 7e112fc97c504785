package com.ketomealplan.neon.pool;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

/** Both strategies, as PostgreSQL sees them. */
class PoolsTest {

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

    private Pool pooled(int keep, int overflow, Duration wait, Duration age) {
        return remember(Retention.pooled(keep, overflow, Duration.ofMillis(200), age), wait);
    }

    private Pool remember(Retention retention, Duration wait) {
        Pool pool = new ConnectionPool(
                "test",
                new WakeGate(connector),
                retention,
                new QueueLimits(wait, 1_000),
                Duration.ofMinutes(1),
                Duration.ofHours(1));
        pools.add(pool);
        return pool;
    }

    private Pool small(PoolingStrategy strategy) {
        return strategy == PoolingStrategy.POOLED ? pooled(1, 1, WAIT, HOUR) : remember(Retention.perRequest(2), WAIT);
    }

    @Test
    void aPoolOpensNothingBeforeItIsAsked() throws Exception {
        pooled(5, 10, WAIT, HOUR).start();

        assertThat(database.sessions()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aConnectionIsGivenBackOnce(PoolingStrategy strategy) throws Exception {
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

        for (int i = 0; i < 3; i++) { // for so brief a time that not always an attempt was made
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

    @Test
    void aDeadConnectionIsReplacedBeforeItIsHandedOut() throws Exception {
        Pool pool = pooled(5, 0, WAIT, HOUR);
        int before = backend(pool);

        database.terminateSessions();

        assertThat(backend(pool)).isNotEqualTo(before);
    }

    @Test
    void theCheckSendsNothing() throws Exception {
        Pool pool = pooled(1, 0, WAIT, HOUR);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
        String before = lastActivity();
        assertThat(before).isNotNull();

        for (int i = 0; i < 20; i++) {
            pool.getConnection().close();
        }

        assertThat(lastActivity()).isEqualTo(before);
    }

    private String lastActivity() {
        return database.jdbi()
                .withHandle(
                        handle -> handle.createQuery("""
                                SELECT max(state_change)::text || ' ' || max(query_start)::text FROM pg_stat_activity
                                WHERE datname = current_database() AND application_name <> 'observer' AND backend_type = 'client backend'
                                """).mapTo(String.class).one());
    }

    /** Neon's storage reports its trouble with codes that elsewhere mean a lost connection. */
    @Test
    void anErrorThatSoundsLikeALostConnectionDoesNotCostALivingOne() throws Exception {
        Pool pool = pooled(1, 0, WAIT, HOUR);
        int before = backend(pool);

        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("""
                            DO $$ BEGIN RAISE EXCEPTION '[NEON_SMGR] could not establish connection to pageserver'
                            USING ERRCODE = '08001'; END $$
                            """)).isInstanceOf(SQLException.class);
        }

        assertThat(backend(pool)).isEqualTo(before);
    }

    /** As a restart ends them: one is looked at and found dead, the others are dropped with it. */
    @Test
    void theFirstDeadConnectionEndsAllOfItsAge() throws Exception {
        Pool pool = pooled(3, 0, WAIT, HOUR);
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection();
                Connection third = pool.getConnection()) {
            assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        }
        database.terminateSessions();

        backend(pool);

        assertThat(pool.statistics().idle()).isEqualTo(1);
        assertThat(pool.statistics().opened()).isEqualTo(4);
    }

    @Test
    void anAgedConnectionIsReplacedOnItsWay() throws Exception {
        Pool pool = pooled(5, 0, WAIT, Duration.ofNanos(1));
        int first = backend(pool);

        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
        assertThat(pool.statistics().opened()).isEqualTo(1);
        assertThat(backend(pool)).isNotEqualTo(first);
    }

    /** It was young when it came back. */
    @Test
    void aConnectionThatHasAgedWhileItWasIdleIsNotHandedOut() throws Exception {
        Duration age = Duration.ofMillis(300);
        Pool pool = pooled(1, 0, WAIT, age);
        int first = backend(pool);
        await().until(() ->
                pool.connections().stream().allMatch(idle -> idle.age().compareTo(age) >= 0));

        assertThat(backend(pool)).isNotEqualTo(first);
    }

    @Test
    void aConnectionInsideATransactionIsNotHandedOn() throws Exception {
        Pool pool = pooled(1, 0, WAIT, HOUR);
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id int)"));

        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO things VALUES (1)");
        }

        try (Connection connection = pool.getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(database.count("things")).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void stoppingClosesEverything(PoolingStrategy strategy) throws Exception {
        Pool pool = small(strategy);
        Connection borrowed = pool.getConnection();
        pool.getConnection().close();

        pool.stop();

        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
        assertThatThrownBy(() -> TestPools.value(borrowed, "SELECT 1")).hasMessageContaining("the pool is closed");
        borrowed.close();
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
    }

    /** It is neither idle then nor borrowed by anybody. */
    @Test
    void aConnectionThatIsLookedAtAsThePoolStopsIsClosed() throws Exception {
        Pool pool = pooled(1, 0, WAIT, HOUR);
        backend(pool);
        pool.addListener(new PoolListener() {
            @Override
            public void onChecked(Duration time) {
                pool.stop();
            }
        });

        await().untilAsserted(() -> {
            pool.checkIdle(); // which trusts for a second
            assertThat(pool.statistics().size()).isZero();
        });
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
    }

    private static int backend(Pool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return backendOf(connection);
        }
    }

    private static int backendOf(Connection connection) throws SQLException {
        return Integer.parseInt(TestPools.value(connection, "SELECT pg_backend_pid()"));
    }
}
