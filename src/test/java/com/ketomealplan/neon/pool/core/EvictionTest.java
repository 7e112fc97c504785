package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.evictions;
import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which connections a pool evicts, with the {@link EvictionReason} of each. */
class EvictionTest {

    private static final Duration DEADLINE = Duration.ofMillis(300);
    private static final Duration IDLE_TIMEOUT = Duration.ofMillis(200);
    private static final Duration HOUR = Duration.ofHours(1);

    private TestDatabase database;
    private final List<Pool> pools = new ArrayList<>();
    private final Queue<PhysicalConnection> opened = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.empty();
    }

    @AfterEach
    void stopPools() {
        pools.forEach(Pool::stop);
    }

    private Connector recorded(Connector target) {
        return new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                PhysicalConnection connection = target.open(atMost, entered);
                opened.add(connection);
                return connection;
            }

            @Override
            public String target() {
                return target.target();
            }
        };
    }

    /** When a backend has ended, its last message may still be on its way: waits until so many connections have theirs. */
    private void awaitLastMessages(int connections) {
        await().until(() ->
                opened.stream().filter(PhysicalConnection::hasUnread).count() == connections);
    }

    private Pool pool(int keep, int overflow, Duration maxLifetime) {
        Pool pool = new ConnectionPool(
                "test",
                new WakeGate(recorded(database.connector())),
                Retention.pooled(keep, overflow, IDLE_TIMEOUT, maxLifetime),
                new QueueLimits(Duration.ofSeconds(30), 1_000),
                Duration.ofMinutes(1),
                HOUR);
        pools.add(pool);
        return pool;
    }

    @Test
    void aConnectionBeyondThoseThatAreKeptIsEvictedAfterItsIdleTimeout() throws Exception {
        Pool pool = pool(1, 1, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection()) {
            assertThat(first).isNotSameAs(second);
        }

        await().untilAsserted(() -> assertThat(evictions).containsExactly(EvictionReason.IDLE));
        assertThat(pool.statistics().idle()).isEqualTo(1);
    }

    /** Again, where a busy machine has not sent the statement before its deadline. */
    @Test
    void aConnectionWhoseStatementIsCancelledIsEvicted() {
        Pool pool = pool(1, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);

        await().untilAsserted(() -> {
            assertThatThrownBy(() -> Deadline.within(DEADLINE, Duration.ZERO, () -> sleep(pool)))
                    .isInstanceOf(SQLException.class);
            assertThat(evictions).contains(EvictionReason.OUT_OF_TIME);
        });
    }

    private static String sleep(Pool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return TestPools.value(connection, "SELECT pg_sleep(60)");
        }
    }

    @Test
    void aDeadConnectionIsEvictedBeforeItIsBorrowed() throws Exception {
        Pool pool = pool(5, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        int before = backend(pool);

        database.terminateSessions();
        awaitLastMessages(1);

        assertThat(backend(pool)).isNotEqualTo(before);
        assertThat(evictions).containsExactly(EvictionReason.LOST);
    }

    /** Its connections are closed because it is stopped, whether they are idle, closed under their borrowers or returned later. */
    @Test
    void aStoppedPoolEvictsNone() throws Exception {
        Pool pool = pool(2, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        Connection borrowed = pool.getConnection();
        backend(pool);

        pool.stop();
        borrowed.close();

        assertThat(evictions).isEmpty();
        assertThat(pool.statistics().active()).isZero();
    }

    /** As after a restart of the server: one is found dead, and each other one of its generation is checked before its next use. */
    @Test
    void theFirstDeadConnectionMakesItsGenerationSuspect() throws Exception {
        Pool pool = pool(3, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection();
                Connection third = pool.getConnection()) {
            assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        }
        database.terminateSessions();
        awaitLastMessages(3);

        backend(pool);

        assertThat(pool.statistics().idle()).isEqualTo(1);
        assertThat(pool.statistics().opened()).isEqualTo(4);
        assertThat(evictions).containsOnly(EvictionReason.LOST).hasSize(3);
    }

    /** The read of an interrupted virtual thread closes the socket, unless it has lasted its millisecond already: so there are ten. */
    @Test
    void aCallerThatIsInterruptedLeavesTheConnectionsAlone() throws Exception {
        Pool pool = pool(10, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        closeAll(borrowAll(pool));
        AtomicInteger checks = checks(pool);
        awaitChecks(pool, checks, 1); // of the last one that was used: from then on each is checked before its use

        CompletableFuture<List<Connection>> borrowed = Clients.onVirtualThread(() -> {
            Thread.currentThread().interrupt();
            List<Connection> all = borrowAll(pool);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            return all;
        });

        closeAll(TestPools.resultOf(borrowed));
        assertThat(checks).hasValueGreaterThanOrEqualTo(11);
        assertThat(evictions).isEmpty();
        assertThat(pool.statistics().opened()).isEqualTo(10);
    }

    /** Counts the checks of idle connections from now on. */
    private static AtomicInteger checks(Pool pool) {
        AtomicInteger checks = new AtomicInteger();
        pool.addListener(new PoolListener() {
            @Override
            public void onChecked(Duration time) {
                checks.incrementAndGet();
            }
        });
        return checks;
    }

    /** Has the idle connections checked until there were so many checks. None is needed for a second after a use. */
    private static void awaitChecks(Pool pool, AtomicInteger checks, int count) {
        await().until(() -> {
            pool.checkIdle();
            return checks.get() >= count;
        });
    }

    private static List<Connection> borrowAll(Pool pool) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(pool.getConnection());
        }
        return all;
    }

    private static void closeAll(List<Connection> connections) throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    /** A COMMIT that was not answered is looked up on another connection, which must not be a dead one. */
    @Test
    void aLostConnectionThatIsDiscardedIsKnownToBeLost() throws Exception {
        Pool pool = pool(2, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            int backend = backend(connection);
            database.jdbi().useHandle(handle -> handle.select("SELECT pg_terminate_backend(?, 5000)", backend)
                    .mapTo(boolean.class)
                    .one());
            await().until(() -> {
                assertThat(catchThrowable(() -> backend(connection))).isInstanceOf(SQLException.class);
                return connection.isClosed();
            });

            TestPools.leased(connection).discard();
        }

        assertThat(evictions).containsExactly(EvictionReason.LOST);
        assertThat(pool.traffic().sinceLoss()).isPresent();
    }

    /** As where one backend was killed, or one borrower's thread was interrupted. */
    @Test
    void oneDeadConnectionEvictsNoOther() throws Exception {
        Pool pool = pool(3, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        Set<Integer> before = backendsOfThree(pool);
        int killed = before.iterator().next();
        database.jdbi().useHandle(handle -> handle.select("SELECT pg_terminate_backend(?, 5000)", killed)
                .mapTo(boolean.class)
                .one());

        awaitLastMessages(1);

        Set<Integer> after = backendsOfThree(pool);

        assertThat(evictions).containsExactly(EvictionReason.LOST);
        assertThat(after).doesNotContain(killed);
        before.remove(killed);
        assertThat(after).containsAll(before);
        assertThat(pool.statistics().opened()).isEqualTo(4);
    }

    private static Set<Integer> backendsOfThree(Pool pool) throws SQLException {
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection();
                Connection third = pool.getConnection()) {
            return new HashSet<>(List.of(backend(first), backend(second), backend(third)));
        }
    }

    /** Neon's storage reports its failures with SQLSTATEs that elsewhere mean a lost connection. */
    @Test
    void anErrorOfTheStorageDoesNotEvictAConnectionThatIsAlive() throws Exception {
        Pool pool = pool(1, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        int before = backend(pool);

        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("""
                            DO $$ BEGIN RAISE EXCEPTION '[NEON_SMGR] could not establish connection to pageserver'
                            USING ERRCODE = '08001'; END $$
                            """)).isInstanceOf(SQLException.class);
        }

        assertThat(backend(pool)).isEqualTo(before);
        assertThat(evictions).isEmpty();
    }

    @Test
    void theCheckOfAnIdleConnectionSendsNothing() throws Exception {
        Pool pool = pool(1, 0, HOUR);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
        String before = lastActivity();
        assertThat(before).isNotNull();

        AtomicInteger checks = checks(pool);
        awaitChecks(pool, checks, 20);
        pool.getConnection().close();

        assertThat(checks).hasValueGreaterThan(20);
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

    @Test
    void aConnectionPastItsMaxLifetimeIsEvictedWhenItIsReturned() throws Exception {
        Pool pool = pool(5, 0, Duration.ofNanos(1));
        List<EvictionReason> evictions = evictions(pool);
        int first = backend(pool);

        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
        assertThat(pool.statistics().opened()).isEqualTo(1);
        assertThat(evictions).containsExactly(EvictionReason.AGED);
        assertThat(backend(pool)).isNotEqualTo(first);
    }

    /** It was younger when it was returned. */
    @Test
    void aConnectionPastItsMaxLifetimeIsEvictedBeforeItIsBorrowed() throws Exception {
        Duration maxLifetime = Duration.ofMillis(300);
        Pool pool = pool(1, 0, maxLifetime);
        List<EvictionReason> evictions = evictions(pool);
        int first = backend(pool);
        await().until(() ->
                pool.connections().stream().allMatch(idle -> idle.age().compareTo(maxLifetime) >= 0));

        assertThat(backend(pool)).isNotEqualTo(first);
        assertThat(evictions).first().isEqualTo(EvictionReason.AGED);
    }

    @Test
    void aConnectionReturnedInsideATransactionIsEvicted() throws Exception {
        Pool pool = pool(1, 0, HOUR);
        List<EvictionReason> evictions = evictions(pool);
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id int)"));

        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO things VALUES (1)");
        }

        try (Connection connection = pool.getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(evictions).containsExactly(EvictionReason.SPOILT);
        assertThat(database.count("things")).isZero();
    }

    /** It is neither idle then nor borrowed. */
    @Test
    void aConnectionThatIsCheckedAsThePoolStopsIsClosed() throws Exception {
        Pool pool = pool(1, 0, HOUR);
        backend(pool);
        pool.addListener(new PoolListener() {
            @Override
            public void onChecked(Duration time) {
                pool.stop();
            }
        });

        await().untilAsserted(() -> {
            pool.checkIdle(); // which takes a connection that was used within a second as alive
            assertThat(pool.statistics().size()).isZero();
        });
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
    }
}
