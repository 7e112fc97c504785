package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.LONG;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.through;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.locks.LockWaits;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A statement that misses its deadline names its blocker; the query takes no connection or time from a caller. */
class LockWaitSamplerTest {

    private static final String BLOCKED = "it waited for AccessShareLock on things, blocked by pid ";

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private final AtomicInteger questions = new AtomicInteger();
    private NeonProxy proxy;
    private TableLock lock;

    @BeforeAll
    static void createTable() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id int)"));
    }

    @BeforeEach
    void begin() throws Exception {
        lock = TableLock.on(database, "things");
        proxy = NeonProxy.before(database);
        proxy.intercept((connection, direction, type, body) -> {
            if (direction == Direction.FROM_CLIENT
                    && type == 'P'
                    && new String(body, StandardCharsets.UTF_8).contains("pg_blocking_pids")) {
                questions.incrementAndGet();
            }
            return Action.PASS;
        });
    }

    @AfterEach
    void end() throws Exception {
        lock.close();
        proxy.close();
    }

    /** A new one has asked nothing yet. */
    private Pool pool(int idle) throws SQLException {
        return pool(8, idle);
    }

    private Pool pool(int max, int idle) throws SQLException {
        return filled(pools.keeping(max, through(proxy, database)), idle);
    }

    private static Pool filled(Pool pool, int idle) throws SQLException {
        List<Connection> borrowed = new ArrayList<>();
        for (int i = 0; i < idle; i++) {
            borrowed.add(pool.getConnection());
            backend(borrowed.get(i));
        }
        for (Connection connection : borrowed) {
            connection.close();
        }
        return pool;
    }

    /** Reads what is locked until its deadline; returns how the time went by. */
    private static CompletableFuture<String> read(Pool pool, Duration time) {
        return Clients.async(() -> Deadline.within(time, Duration.ZERO, () -> {
            try (Connection connection = pool.getConnection()) {
                leased(connection).beginStatement("ThingDao.count");
                assertThat(catchThrowable(() -> value(connection, "SELECT count(*) FROM things")))
                        .isInstanceOf(SQLException.class);
                return leased(connection).describeTimes();
            }
        }));
    }

    /**
     * A deadline that was missed by a statement.
     *
     * @param times how its time went by
     * @param queries how often it was asked meanwhile who blocks whom
     * @param logins the connections that were opened meanwhile
     */
    private record Missed(String times, int queries, int logins) {}

    /** On a busy machine the time may be over before the statement is sent: then again with another pool. */
    private Missed missedBy(Callable<Pool> opening) {
        return await().atMost(LONG)
                .until(
                        () -> {
                            Pool pool = opening.call();
                            int logins = proxy.logins();
                            questions.set(0);
                            String times = timesOf(read(pool, Duration.ofMillis(300)));
                            return new Missed(times, questions.get(), proxy.logins() - logins);
                        },
                        missed -> missed.times().contains(" ms in ThingDao.count"));
    }

    private static String timesOf(CompletableFuture<String> read) {
        return read.orTimeout(LONG.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    /** Again with another pool, where a busy machine has not answered in time. */
    @Test
    void theQueryUsesAnIdleConnection() throws Exception {
        String times = await().atMost(LONG)
                .until(() -> timesOf(read(pool(2), Duration.ofMillis(300))), text -> text.contains(BLOCKED));

        assertThat(times)
                .startsWith("of its 300 ms: ")
                .contains(" in the wait queue, ", " ms in ThingDao.count")
                .contains("application observer, holds AccessExclusiveLock, idle in transaction for ");
    }

    /** As where roles that log in by turns set the one that owns the tables; it is no member of them. */
    @Test
    void theBlockerIsFoundAlsoIfTheSessionsHaveAnotherRole() throws Exception {
        String role = "reader_" + UUID.randomUUID().toString().replace("-", "");
        database.jdbi()
                .useHandle(handle -> handle.execute("CREATE ROLE " + role + "; GRANT SELECT ON things TO " + role
                        + "; GRANT USAGE ON SCHEMA public TO " + role));
        Connector asReader = Connectors.to(Endpoint.parse(database.url() + "?options=-c%20role%3D" + role));

        String times = await().atMost(LONG)
                .until(
                        () -> timesOf(read(filled(pools.keeping(8, asReader), 2), Duration.ofMillis(300))),
                        text -> text.contains(BLOCKED));

        assertThat(times).contains("application observer");
    }

    @Test
    void deadlinesThatAreMissedTogetherAreOneQueryAndNoLogIn() throws Exception {
        await().atMost(LONG).untilAsserted(() -> {
            Pool pool = pool(8);
            int logins = proxy.logins();
            questions.set(0);
            List<CompletableFuture<String>> reads = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                reads.add(read(pool, Duration.ofMillis(500)));
            }
            assertThat(reads).extracting(LockWaitSamplerTest::timesOf).allMatch(text -> text.contains(BLOCKED));
            assertThat(questions).hasValue(1);
            assertThat(proxy.logins()).isEqualTo(logins);
        });
    }

    @Test
    void aConnectionIsOpenedForTheQueryOfALoneCaller() throws Exception {
        await().atMost(LONG).untilAsserted(() -> {
            Pool pool = pool(1);
            int logins = proxy.logins();

            assertThat(timesOf(read(pool, Duration.ofMillis(300)))).contains(BLOCKED);

            assertThat(proxy.logins()).isEqualTo(logins + 1);
            await().atMost(LONG).until(() -> proxy.openConnections() <= 1);
            assertThat(pool.statistics().opened()).isEqualTo(1);
        });
    }

    /** A connection of the pool is for a caller. */
    @Test
    void aFullPoolMakesNoQuery() throws Exception {
        Missed missed = missedBy(() -> pool(1, 1));

        assertThat(missed.times()).doesNotContain("blocked by");
        assertThat(missed.queries()).isZero();
        assertThat(missed.logins()).isZero();
    }

    /** The caller has waited for as long as its statement may take. */
    @Test
    void theQueryDoesNotWaitForASlowOpening() throws Exception {
        Missed missed = missedBy(() -> {
            proxy.delayEveryLogin(Duration.ZERO);
            Pool pool = pool(1);
            proxy.delayEveryLogin(Duration.ofMinutes(1));
            return pool;
        });

        assertThat(missed.times()).doesNotContain("blocked by");
    }

    /** All wait for the same lock, and the pool is full. */
    @Test
    void theConnectionOfACancelledStatementQueriesForTheOtherStatements() throws Exception {
        await().atMost(LONG).untilAsserted(() -> {
            Pool pool = pool(2, 2);
            CompletableFuture<String> first = read(pool, Duration.ofMillis(700));
            CompletableFuture<String> second = read(pool, Duration.ofSeconds(3));
            assertThat(timesOf(first)).doesNotContain("blocked by");
            assertThat(timesOf(second)).contains(BLOCKED);
        });
    }

    /** On a further connection: a lone request has the only one, and per request there is never an idle one. */
    @Test
    void lockWaitsAreReportedBeforeTheFirstDeadlineAndOnlyWhileTheyLast() throws Exception {
        Pool pool = pool(8, 1);
        CompletableFuture<String> blocked = answered(pool, "SELECT count(*) FROM things");
        CompletableFuture<String> slow = answered(pool, "SELECT pg_sleep(60)");
        await().atMost(LONG).until(() -> pool.statistics().active() == 2);

        LockWaits waits = await().atMost(LONG)
                .until(pool::lockWaits, found -> !found.all().isEmpty());
        assertThat(waits.all()).singleElement().satisfies(wait -> {
            assertThat(wait.lock()).isEqualTo("AccessShareLock on things");
            assertThat(wait.describeBlockers()).contains("application observer");
        });
        int asked = questions.get();
        lock.close();
        assertThat(timesOf(blocked)).isEqualTo("0");

        assertThat(slow).isNotDone();
        assertThat(pool.lockWaits().all()).as("what has gone on").isEmpty();
        assertThat(questions.get()).as("how often it was asked").isLessThanOrEqualTo(asked + 1);
        database.terminateSessions();
        assertThat(slow).failsWithin(LONG);
    }

    private static CompletableFuture<String> answered(Pool pool, String sql) {
        return Clients.async(() -> {
            try (Connection connection = pool.getConnection()) {
                return value(connection, sql);
            }
        });
    }

    /** Its statement is slow, and waits for no lock. */
    @Test
    void aSlowStatementHasNoBlocker() throws Exception {
        String times = await().atMost(LONG)
                .until(() -> timesOf(slow(pool(2))), text -> text.contains("ms in a statement without a name"));

        assertThat(times).doesNotContain("blocked");
    }

    private static CompletableFuture<String> slow(Pool pool) {
        return Clients.async(() -> Deadline.within(Duration.ofMillis(300), Duration.ZERO, () -> {
            try (Connection connection = pool.getConnection()) {
                assertThat(catchThrowable(() -> execute(connection, "SELECT pg_sleep(60)")))
                        .isInstanceOf(SQLException.class);
                return leased(connection).describeTimes();
            }
        }));
    }
}
