package com.ketomealplan.neon.transaction;

import static com.ketomealplan.neon.transaction.ResolverFixture.AMPLE;
import static com.ketomealplan.neon.transaction.ResolverFixture.execute;
import static com.ketomealplan.neon.transaction.ResolverFixture.identityOf;
import static com.ketomealplan.neon.transaction.ResolverFixture.statusOf;
import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.RestartablePostgres;
import com.ketomealplan.testing.StandbyPostgres;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** The commit outcomes that the resolver finds for real transactions, and when it must not believe the server. */
class CommitResolverTest {

    private static final String RESTARTED = "unknown: the server was restarted, or is another one";

    private static final String CHECKPOINT = "unknown: the server has made a checkpoint since, as after a crash";

    // Of this class's own: a checkpoint of the shared one would make outcomes unknown
    private static RestartablePostgres server;
    private static TestDatabase database;

    private ResolverFixture fixture;

    @BeforeAll
    static void startServer() {
        server = new RestartablePostgres();
        database = TestDatabase.migrated(server.endpoint());
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id int)"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void begin() {
        fixture = new ResolverFixture(database.endpoint());
    }

    @AfterEach
    void end() {
        fixture.close();
    }

    private void assertWarned(String text) {
        assertThat(fixture.warnings()).singleElement().asString().contains(text);
    }

    @Test
    void aCommittedTransactionIsCommitted() throws Exception {
        assertThat(fixture.resolve(fixture.committed())).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(fixture.warnings()).isEmpty();
    }

    @Test
    void aTransactionThatWasRolledBackIsAborted() throws Exception {
        TransactionIdentity transaction;
        try (Connection connection = fixture.writing()) {
            transaction = identityOf(connection);
            connection.rollback();
        }

        assertThat(fixture.resolve(transaction)).isEqualTo(CommitOutcome.ABORTED);
        assertThat(fixture.warnings()).isEmpty();
    }

    @Test
    void aTransactionWhoseSessionHasEndedIsAborted() throws Exception {
        try (Connection connection = fixture.writing()) {
            database.terminateSessions();

            assertThat(fixture.resolve(identityOf(connection))).isEqualTo(CommitOutcome.ABORTED);
        }
    }

    @Test
    void aTransactionInProgressIsLookedUpAgain() throws Exception {
        try (Connection connection = fixture.writing()) {
            AtomicInteger lookups = new AtomicInteger();
            PlainDataSource lookingUp = fixture.lookingUp(number -> {
                lookups.set(number);
                if (number == 3) {
                    connection.commit();
                }
            });

            assertThat(fixture.resolve(lookingUp, identityOf(connection))).isEqualTo(CommitOutcome.COMMITTED);
            assertThat(lookups).hasValue(3);
        }
    }

    /** Its COMMIT has not arrived: something holds the server's side of the connection open. */
    @Test
    void aTransactionThatStaysIdleIsEndedByTheFourthLookup() throws Exception {
        try (Connection connection = fixture.writing();
                Connection bystander = fixture.writing()) {
            int backend = connection.unwrap(PGConnection.class).getBackendPID();
            List<Boolean> alive = new ArrayList<>();
            PlainDataSource lookingUp =
                    fixture.lookingUp(number -> alive.add(database.sessionIds().contains(backend)));

            assertThat(fixture.resolve(lookingUp, identityOf(connection))).isEqualTo(CommitOutcome.ABORTED);

            assertThat(alive).hasSizeGreaterThan(4).startsWith(true, true, true, true);
            await().until(() -> !database.sessionIds().contains(backend)); // after its transaction
            bystander.commit();
        }
    }

    @Test
    void anActiveTransactionIsNotEnded() throws Exception {
        try (Connection connection = fixture.writing();
                Connection other = fixture.connect()) {
            CompletableFuture<Void> blocked = blockThenCommit(connection, other);
            PlainDataSource lookingUp = fixture.lookingUp(number -> {
                if (number == 8) {
                    execute(other, "SELECT pg_advisory_unlock(1)");
                    blocked.join();
                }
            });

            assertThat(fixture.resolve(lookingUp, identityOf(connection))).isEqualTo(CommitOutcome.COMMITTED);
        }
    }

    @Test
    void aTransactionInProgressUntilTheDeadlineHasAnUnknownOutcome() throws Exception {
        try (Connection connection = fixture.writing();
                Connection other = fixture.connect()) {
            CompletableFuture<Void> blocked = blockThenCommit(connection, other);

            assertThat(fixture.resolve(fixture.lookingUp(number -> {}), identityOf(connection), Duration.ofMillis(200)))
                    .isEqualTo(CommitOutcome.UNKNOWN);
            assertWarned("unknown at the deadline");

            execute(other, "SELECT pg_advisory_unlock(1)");
            blocked.join();
        }
    }

    /** The transaction of the first connection waits for a lock of the second one, and commits when it has it. */
    private static CompletableFuture<Void> blockThenCommit(Connection connection, Connection other) throws Exception {
        execute(other, "SELECT pg_advisory_lock(1)");
        CompletableFuture<Void> blocked = Clients.async(() -> {
            execute(connection, "SELECT pg_advisory_lock(1)");
            connection.commit();
            return null;
        });
        await().until(() -> database.lockWaiters() == 1);
        return blocked;
    }

    @Test
    void anInterruptEndsTheLookup() throws Exception {
        try (Connection connection = fixture.writing()) {
            PlainDataSource interrupting = () -> {
                Connection lookup = fixture.connect();
                Thread.currentThread().interrupt();
                return lookup;
            };

            CommitOutcome outcome = fixture.resolve(interrupting, identityOf(connection));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(outcome).isEqualTo(CommitOutcome.UNKNOWN);
            assertWarned("unknown at the deadline: in progress");
        }
    }

    @Test
    void aCrashedServerIsNotBelieved() throws Exception {
        TransactionIdentity before = fixture.committed();

        server.crash();
        TransactionIdentity after = fixture.committed();

        assertThat(fixture.resolve(before)).isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned(RESTARTED);
        assertThat(fixture.resolve(new TransactionIdentity(before.id(), after.walPosition(), before.serverStart())))
                .as("by its start alone")
                .isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned(RESTARTED);
        assertThat(fixture.resolve(new TransactionIdentity(before.id(), after.walPosition(), after.serverStart())))
                .as("what the server answers")
                .isEqualTo(CommitOutcome.COMMITTED);
    }

    /** The postmaster stays the same: only the checkpoint at the end of the recovery shows it. */
    @Test
    void aServerOneOfWhoseBackendsHasCrashedIsNotBelieved() throws Exception {
        TransactionIdentity before = fixture.committed();

        try (Connection victim = database.connect()) {
            int backend = victim.unwrap(PGConnection.class).getBackendPID();
            ProcessHandle.of(backend).orElseThrow().destroyForcibly();
            await().until(() -> ProcessHandle.of(backend).isEmpty());
        }
        await().ignoreExceptions().until(() -> database.sessions() == 0);
        TransactionIdentity after = fixture.committed();

        assertThat(after.serverStart()).isEqualTo(before.serverStart());
        assertThat(fixture.resolve(before)).isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned(CHECKPOINT);
        assertThat(fixture.resolve(after)).isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void aServerThatHasMadeACheckpointSinceIsNotBelieved() throws Exception {
        TransactionIdentity transaction = fixture.committed();
        assertThat(fixture.resolve(transaction)).isEqualTo(CommitOutcome.COMMITTED);

        database.jdbi().useHandle(handle -> handle.execute("CHECKPOINT"));

        assertThat(fixture.resolve(transaction)).isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned(CHECKPOINT);
    }

    @Test
    void aServerWhoseWalHasGoneBackIsNotBelieved() throws Exception {
        TransactionIdentity transaction = fixture.committed();

        assertThat(fixture.resolve(new TransactionIdentity(transaction.id(), "FFFFFFFF/0", transaction.serverStart())))
                .isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned(RESTARTED);
    }

    @Test
    void neitherAReplicaNorAPromotedReplicaIsBelieved() throws Exception {
        try (StandbyPostgres standby = StandbyPostgres.of(server)) {
            TransactionIdentity transaction = fixture.committed();
            Pool replica = fixture.poolOf(standby.endpoint());
            await().ignoreExceptions()
                    .until(() -> statusOf(transaction, replica).equals("committed"));

            assertThat(fixture.resolve(replica, transaction)).isEqualTo(CommitOutcome.UNKNOWN);
            assertWarned("unknown: connected to a replica");

            standby.promote();
            assertThat(fixture.resolve(replica, transaction)).isEqualTo(CommitOutcome.UNKNOWN);
            assertWarned(RESTARTED);
            assertThat(statusOf(transaction, replica)).isEqualTo("committed");
            assertThat(fixture.resolve(transaction)).as("by the primary").isEqualTo(CommitOutcome.COMMITTED);
        }
    }

    @Test
    void aTransactionIdOfTheFutureIsUnknownAtOnce() throws Exception {
        TransactionIdentity transaction = fixture.committed();
        AtomicInteger lookups = new AtomicInteger();

        assertThat(fixture.resolve(
                        fixture.lookingUp(lookups::set),
                        new TransactionIdentity("4000000000", transaction.walPosition(), transaction.serverStart())))
                .isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned("(22023)");
        assertThat(lookups).hasValue(1);
    }

    /** PostgreSQL keeps the outcomes of ids that its tables may still hold; initdb has frozen those of its own. */
    @Test
    void aTransactionIdWhoseOutcomeIsNoLongerKeptIsUnknown() throws Exception {
        TransactionIdentity transaction = fixture.committed();

        assertThat(fixture.resolve(new TransactionIdentity("3", transaction.walPosition(), transaction.serverStart())))
                .isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned("unknown: the server has no record of it");
    }

    @Test
    void aLookupThatLosesItsConnectionIsRepeated() throws Exception {
        TransactionIdentity transaction = fixture.committed();
        try (NeonProxy proxy = NeonProxy.before(database)) {
            Pool byProxy = fixture.poolOf(Endpoint.parse(proxy.url(database)));
            AtomicInteger rows = new AtomicInteger();
            proxy.intercept((connection, direction, type, body) ->
                    direction == Direction.FROM_SERVER && type == 'D' && rows.incrementAndGet() <= 3
                            ? Action.CUT
                            : Action.PASS);

            assertThat(fixture.resolve(byProxy, transaction)).isEqualTo(CommitOutcome.COMMITTED);
            assertThat(rows).hasValue(4);
        }
    }

    @Test
    void anExhaustedPoolIsTriedAgainUntilTheDeadline() throws Exception {
        TransactionIdentity transaction = fixture.committed();
        Retention oneKept = Retention.pooled(1, 0, AMPLE, AMPLE);
        Pool one = fixture.poolOf(database.endpoint(), oneKept, Duration.ofMillis(1));
        Connection only = await().ignoreExceptions().until(one::getConnection, Objects::nonNull); // it is soon open

        assertThat(fixture.resolve(one, transaction, Duration.ofMillis(50))).isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned("unknown at the deadline: test: no connection");

        PlainDataSource lookingUp = fixture.lookingUp(one, number -> {
            if (number == 3) {
                only.close();
            }
        });
        assertThat(fixture.resolve(lookingUp, transaction)).isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void aRefusedLogInIsNotTriedAgain() throws Exception {
        TransactionIdentity transaction = fixture.committed();
        Endpoint guessed = Endpoint.parse(database.url().replace(database.password(), "guessed"));
        AtomicInteger lookups = new AtomicInteger();

        assertThat(fixture.resolve(fixture.lookingUp(fixture.poolOf(guessed), lookups::set), transaction))
                .isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned("password authentication failed");
        assertThat(lookups).hasValue(1);
    }

    @Test
    void anUnexpectedExceptionLeavesItUnknown() throws Exception {
        TransactionIdentity transaction = fixture.committed();
        PlainDataSource broken = () -> {
            throw new IllegalStateException("broken");
        };

        assertThat(fixture.resolve(broken, transaction)).isEqualTo(CommitOutcome.UNKNOWN);
        assertWarned("lookup failed");
    }
}
