package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.LONG;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.evictions;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.executing;
import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.resultOf;
import static com.ketomealplan.neon.pool.core.TestPools.through;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.handle.LeasedTransaction.Commit;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.DeadlineExceededException;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Soon;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The deadline of a borrowed connection: what is cancelled, closed and evicted when it passes, and what is no longer sent. */
class ConnectionDeadlineTest {

    /** Enough for a connection to be borrowed and a statement to be sent on a busy machine. */
    private static final Duration TIME = Duration.ofMillis(1_500);

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private NeonProxy proxy;
    private Pool pool;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("""
                        CREATE TABLE things (id int);
                        CREATE FUNCTION wait_for_lock() RETURNS trigger AS
                        'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END' LANGUAGE plpgsql;
                        CREATE TABLE held_at_commit (id int);
                        CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON held_at_commit DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION wait_for_lock();
                        """));
    }

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things, held_at_commit"));
        proxy = NeonProxy.before(database);
        pool = pools.keeping(4, through(proxy, database));
        backend(pool); // log-ins are not what these tests are about
    }

    @AfterEach
    void closeProxy() throws Exception {
        proxy.close();
        database.terminateSessions();
    }

    /** Runs work on another thread, with a deadline. */
    private static <T> CompletableFuture<T> within(Duration time, Callable<T> work) {
        return Clients.async(() -> Deadline.within(time, Duration.ZERO, work));
    }

    /** Returns as soon as the deadline has passed: a moment later the connection would be closed for that reason alone. */
    private static void awaitEnd(Deadline deadline) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(deadline::hasPassed);
    }

    /** A request to cancel comes on a connection of its own, on which nobody logs in. */
    private int cancelRequests() {
        return proxy.connects() - proxy.startups().size();
    }

    /** The backend of the next borrower. On a loaded machine a log-in may take so long that the server counts as down meanwhile. */
    private int nextBackend() {
        return await().ignoreExceptions().until(() -> backend(pool), Objects::nonNull);
    }

    /**
     * Not in a transaction, where the server has a time-out of its own. The connection is not reused: a request to cancel
     * may come late, and would hit the next borrower.
     */
    @Test
    void aStatementThatRunsAtTheDeadlineIsCancelledAndItsConnectionEvicted() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        AtomicInteger attempts = new AtomicInteger();
        int first = await().atMost(Duration.ofMinutes(1)) // again, if a busy machine was too late, and has closed it
                .ignoreExceptionsInstanceOf(ConditionTimeoutException.class)
                .until(() -> sleepPastDeadline(attempts.incrementAndGet()), Objects::nonNull);

        String sleep = sleep(attempts.get());
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(executing(database, sleep)).isZero());
        assertThat(pool.statistics().active()).isZero();
        assertThat(evictions).hasSize(attempts.get()); // lost, if the server was too busy to cancel it at once
        assertThat(nextBackend()).isNotEqualTo(first);
        await().until(() -> !database.sessionIds().contains(first));
    }

    private static String sleep(int attempt) {
        return "SELECT pg_sleep(60), 'until the deadline, attempt %d'".formatted(attempt);
    }

    /** Returns the backend; throws if it was not cancelled. */
    private int sleepPastDeadline(int attempt) throws Exception {
        int backend = nextBackend();
        int before = proxy.cancelRequests();
        CompletableFuture<String> statement = within(TIME, () -> {
            try (Connection connection = pool.getConnection()) {
                return value(connection, sleep(attempt));
            }
        });

        assertThat(failureOf(statement)).isInstanceOf(SQLException.class);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> proxy.cancelRequests() == before + 1); // it may not have been counted yet
        return backend;
    }

    @Test
    void aStatementThatIsDoneInTimeIsNotCancelled() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        CompletableFuture<String> statement = within(LONG, () -> {
            try (Connection connection = pool.getConnection()) {
                return value(connection, "SELECT 'in time'");
            }
        });

        assertThat(resultOf(statement)).isEqualTo("in time");
        assertThat(cancelRequests()).isZero();
        assertThat(evictions).isEmpty();
    }

    @Test
    void nothingIsSentAfterTheDeadline() throws Exception {
        CompletableFuture<Long> messages = within(TIME, () -> {
            Deadline deadline = Deadline.current().orElseThrow();
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                awaitEnd(deadline);
                long before = proxy.clientMessages();
                assertThatThrownBy(() -> value(connection, "SELECT 1"))
                        .isInstanceOfSatisfying(DeadlineExceededException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo("57014"));
                assertThatThrownBy(() -> connection.prepareStatement("SELECT 1").executeQuery())
                        .isInstanceOf(DeadlineExceededException.class);
                return proxy.clientMessages() - before;
            }
        });

        assertThat(resultOf(messages)).isZero();
    }

    /** The time before it was borrowed counts. */
    @Test
    void theDeadlineIsThatOfTheBorrowerAndNotOfTheConnection() throws Exception {
        long before = proxy.clientMessages();
        CompletableFuture<Void> late = within(Duration.ofMillis(500), () -> {
            awaitEnd(Deadline.current().orElseThrow());
            try (Connection connection = pool.getConnection()) {
                assertThatThrownBy(() -> value(connection, "SELECT 1")).isInstanceOf(DeadlineExceededException.class);
            }
            return null;
        });

        assertThat(resultOf(late)).isNull();
        assertThat(proxy.clientMessages()).isEqualTo(before);
    }

    @Test
    void noCommitIsSentAfterTheDeadline() throws Exception {
        CompletableFuture<Commit> commit = within(TIME, () -> {
            Deadline deadline = Deadline.current().orElseThrow();
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, "INSERT INTO things VALUES (1)");
                awaitEnd(deadline);
                assertThatThrownBy(connection::commit).isInstanceOf(DeadlineExceededException.class);
                return leased(connection).lastCommit();
            }
        });

        assertThat(resultOf(commit)).isEqualTo(Commit.NOT_SENT);
        await().until(() -> database.sessions() == 0);
        assertThat(database.count("things")).isZero();
    }

    /** As where a network drops all packets: neither the statement is answered, nor its end. */
    @Test
    void aConnectionToAnUnresponsiveServerIsClosedUnderItsBorrower() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        CompletableFuture<String> reason = within(TIME, () -> {
            try (Connection connection = pool.getConnection()) {
                proxy.swallowEstablished();
                assertThatThrownBy(() -> value(connection, "SELECT 1")).isInstanceOf(SQLException.class);
                return leased(connection).closeReason().orElseThrow();
            }
        });

        assertThat(resultOf(reason))
                .matches("its deadline of 1500 ms has passed, and the server has not answered its statement, which was"
                        + " cancelled, within \\d+ ms");
        assertThat(evictions).containsExactly(EvictionReason.LOST);
        assertThat(pool.statistics().active()).isZero();
        assertThat(nextBackend()).isPositive();
    }

    /** One may be a coincidence. The idle connections of its generation look alive, and would cost their borrowers their deadlines. */
    @Test
    void twoUnresponsiveConnectionsEvictTheirGeneration() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        Connection held = openAll();
        proxy.swallowEstablished();

        for (CompletableFuture<String> silent : List.of(within(TIME, this::ask), within(TIME, this::ask))) {
            assertThat(failureOf(silent)).isInstanceOf(SQLException.class);
        }

        await().untilAsserted(
                        () -> assertThat(evictions).as("with the idle one").hasSize(3));
        assertThat(held.isClosed()).isFalse();
        held.close();
        assertThat(evictions)
                .containsExactly(EvictionReason.LOST, EvictionReason.LOST, EvictionReason.LOST, EvictionReason.LOST);
        assertThat(pool.statistics().size()).isZero();
        assertThat(nextBackend()).isPositive();
    }

    /** The network may have lost the packets of one only. */
    @Test
    void oneUnresponsiveConnectionEvictsNoOther() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        Connection held = openAll();
        proxy.swallowEstablished();

        assertThat(failureOf(within(TIME, this::ask))).isInstanceOf(SQLException.class);

        await().untilAsserted(() -> assertThat(evictions)
                .as("with the idle one that was to tell what the statement waits for")
                .containsExactly(EvictionReason.LOST, EvictionReason.LOST));
        assertThat(pool.statistics().idle()).isEqualTo(1);
        held.close();
    }

    private String ask() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return value(connection, "SELECT 1");
        }
    }

    /** Returns one of the four, which is borrowed; the others are idle. */
    private Connection openAll() throws SQLException {
        Connection held = pool.getConnection();
        try (Connection second = pool.getConnection();
                Connection third = pool.getConnection();
                Connection fourth = pool.getConnection()) {
            assertThat(List.of(second, third, fourth)).doesNotHaveDuplicates();
        }
        return held;
    }

    /** Also the borrower's next use of it says why, and not what the driver knows of its socket. */
    @Test
    void aConnectionThatIsHeldPastTheDeadlineIsClosedUnderItsBorrower() throws Exception {
        CompletableFuture<Throwable> complaint = within(TIME, () -> {
            try (Connection connection = pool.getConnection()) {
                int backend = backend(connection);
                await().until(() -> !database.sessionIds().contains(backend));
                return catchThrowable(connection::getAutoCommit);
            }
        });

        assertThat(resultOf(complaint))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessage("the connection was closed: its deadline of 1500 ms has passed");
        assertThat(cancelRequests()).isZero();
    }

    /** As where work is not that of a request. */
    @Test
    void aBorrowerWithoutADeadlineHasThatOfThePool() throws Exception {
        Pool bounded = pools.of(1, through(proxy, database), new QueueLimits(LONG, 1), LONG, TIME);

        CompletableFuture<String> statement = Clients.async(() -> {
            try (Connection connection = bounded.getConnection()) {
                return value(connection, "SELECT pg_sleep(600), 'without a deadline'");
            }
        });

        assertThat(failureOf(statement)).isInstanceOf(SQLException.class);
        await().untilAsserted(() -> assertThat(bounded.statistics().active()).isZero());
    }

    /** What a task or a thread has forgotten. */
    @Test
    void aConnectionThatIsNeverReturnedKeepsNoPlaceInThePool() throws Exception {
        Pool one = pools.keeping(1, through(proxy, database));
        List<EvictionReason> evictions = evictions(one);
        backend(one);
        Connection forgotten = resultOf(within(TIME, one::getConnection));

        try (Connection next = one.getConnection()) { // waits for its place
            assertThat(value(next, "SELECT 1")).isEqualTo("1");
            assertThat(evictions).containsExactly(EvictionReason.OUT_OF_TIME);
            assertThatThrownBy(() -> value(forgotten, "SELECT 1")).isInstanceOf(DeadlineExceededException.class);
            forgotten.close();
            assertThat(one.statistics().active()).isEqualTo(1);
        }
    }

    /** It may be done on this server and wait for another one: cancelled, it would say that it is done. */
    @Test
    void aCommitIsNeverCancelled() throws Exception {
        Endpoint noServerTimeout = Endpoint.parse(proxy.url(database) + "?statement_timeout=0");
        Pool endless = pools.keeping(1, Connectors.to(noServerTimeout));
        backend(endless);
        List<EvictionReason> evictions = evictions(endless);
        try (Connection lock = database.connect();
                LoggedLines log = LoggedLines.of(Lease.class)) {
            execute(lock, "SELECT pg_advisory_lock(1)");
            CompletableFuture<String> reason = within(TIME, () -> {
                try (Connection connection = endless.getConnection()) {
                    connection.setAutoCommit(false);
                    execute(connection, "INSERT INTO held_at_commit VALUES (1)");
                    assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
                    assertThat(leased(connection).lastCommit()).isEqualTo(Commit.UNANSWERED);
                    return leased(connection).closeReason().orElseThrow();
                }
            });

            assertThat(resultOf(reason)).startsWith("COMMIT has not been answered");
            await().untilAsserted(() -> assertThat(log.all())
                    .singleElement()
                    .asString()
                    .contains("its transaction may be committed: COMMIT has not been answered"));
            assertThat(evictions).containsExactly(EvictionReason.LOST);
            assertThat(executing(database, "COMMIT")).isEqualTo(1);
        }
        await().untilAsserted(() -> assertThat(database.count("held_at_commit")).isEqualTo(1));
        assertThat(cancelRequests()).isZero();
    }

    /** The other half is for looking up the commit outcome. */
    @Test
    void theAnswerToACommitIsAwaitedForHalfOfTheRemainingTime() throws Exception {
        try (Connection lock = database.connect()) {
            execute(lock, "SELECT pg_advisory_lock(1)");

            // On a busy machine the thread may notice it later
            Soon.await().until(() -> !resultOf(within(Duration.ofMillis(3_000), this::isOverAfterCommit)));
        }
    }

    private boolean isOverAfterCommit() throws SQLException {
        Deadline deadline = Deadline.current().orElseThrow();
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO held_at_commit VALUES (1)");
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            return deadline.hasPassed();
        }
    }
}
