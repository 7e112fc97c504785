package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.awaitExecuting;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.evictions;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.through;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.handle.LeasedTransaction.Commit;
import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.pool.ConnectionReport;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.jdbc.PgConnection;

/** What a borrowed connection has beyond JDBC: the commit outcome, the identity of its transaction, and its discard. */
class LeasedTransactionTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private NeonProxy proxy;
    private Pool pool;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi()
                .useHandle(
                        handle -> handle.execute("CREATE TABLE things (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"));
    }

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things"));
        proxy = NeonProxy.before(database);
        pool = pools.keeping(1, through(proxy, database));
    }

    @AfterEach
    void closeProxy() throws Exception {
        proxy.close();
    }

    private Connection transaction() throws SQLException {
        Connection connection = pool.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static String outcomeOf(TransactionIdentity identity) throws SQLException {
        try (Connection observer = database.connect()) {
            return value(observer, "SELECT pg_xact_status('" + identity.id() + "')");
        }
    }

    @Test
    void aConnectionOfNoPoolHasNoLeasedTransaction() throws Exception {
        try (Connection connection = database.connect()) {
            assertThat(LeasedTransaction.of(connection)).isEmpty();
        }
    }

    @Test
    void aCommitThatWasAnsweredIsDone() throws Exception {
        try (Connection connection = transaction()) {
            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.NOT_SENT);
            execute(connection, "INSERT INTO things VALUES (1)");
            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.NOT_SENT);

            connection.commit();

            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.DONE);
            connection.setAutoCommit(true);
            connection.setAutoCommit(false);
            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.NOT_SENT);
        }
    }

    @Test
    void aCommitThatTheServerRefusesIsRolledBack() throws Exception {
        try (Connection connection = transaction()) {
            execute(connection, "INSERT INTO things VALUES (1), (1)");
            TransactionIdentity identity = leased(connection).identity().orElseThrow();

            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));

            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.REFUSED);
            assertThat(outcomeOf(identity)).isEqualTo("aborted");
            assertThat(value(connection, "SELECT count(*) FROM things")).isEqualTo("0");
        }
    }

    /** PostgreSQL answers such a COMMIT by ROLLBACK, without an error. */
    @Test
    void aFailedTransactionCannotBeCommitted() throws Exception {
        try (Connection connection = transaction()) {
            execute(connection, "INSERT INTO things VALUES (1)");
            assertThatThrownBy(() -> execute(connection, "SELECT 1/0")).isInstanceOf(SQLException.class);

            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));

            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.REFUSED);
            connection.rollback();
            assertThat(value(connection, "SELECT count(*) FROM things")).isEqualTo("0");
        }
    }

    /** By its identity another connection looks up the commit outcome. */
    @Test
    void aCommitWhoseAnswerIsLostIsUnanswered() throws Exception {
        try (Connection connection = transaction()) {
            execute(connection, "INSERT INTO things VALUES (1)");
            proxy.intercept((any, direction, type, body) ->
                    direction == Direction.FROM_SERVER && type == 'C' && isCommit(body) ? Action.CUT : Action.PASS);

            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);

            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.UNANSWERED);
            TransactionIdentity identity = leased(connection).identity().orElseThrow();
            assertThat(outcomeOf(identity)).isEqualTo("committed");
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    private static boolean isCommit(byte[] body) {
        return new String(body, StandardCharsets.US_ASCII).equals("COMMIT\0");
    }

    /** A pooler that mixes up statements would answer so. */
    @Test
    void aCommitThatIsAnsweredByAnythingElseIsUnanswered() throws Exception {
        try (Connection connection = transaction()) {
            execute(connection, "INSERT INTO things VALUES (1)");
            proxy.intercept((any, direction, type, body) -> {
                if (direction == Direction.FROM_SERVER && type == 'C' && isCommit(body)) {
                    System.arraycopy("SELECT".getBytes(StandardCharsets.US_ASCII), 0, body, 0, 6);
                }
                return Action.PASS;
            });

            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08P01"));

            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.UNANSWERED);
            assertThat(connection.isClosed()).isTrue();
        }
        assertThat(pool.statistics().size()).isZero();
    }

    @Test
    void theIdentityIsThatOfTheTransaction() throws Exception {
        try (Connection connection = transaction()) {
            assertThat(leased(connection).identity()).isEmpty();
            String id = value(connection, "SELECT pg_current_xact_id()");
            TransactionIdentity identity = leased(connection).identity().orElseThrow();
            assertThat(identity.id()).isEqualTo(id);
            assertThat(identity.walPosition()).contains("/");
            assertThat(identity.serverStart())
                    .isEqualTo(value(connection, "SELECT " + TransactionIdentity.SERVER_START));
            connection.commit();

            String next = value(connection, "SELECT pg_current_xact_id()");
            assertThat(next).isNotEqualTo(id);
            assertThat(leased(connection).identity())
                    .map(TransactionIdentity::id)
                    .contains(next);
            connection.rollback();
            assertThat(leased(connection).identity()).isEmpty();
        }
    }

    /** It is noticed: what follows is another transaction, with the borrower's settings. */
    @Test
    void afterACommitPastTheHandleTheIdentityIsThatOfTheNextTransaction() throws Exception {
        try (Connection connection = transaction()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            String id = value(connection, "SELECT pg_current_xact_id()");
            connection.unwrap(PgConnection.class).commit();

            String next = value(connection, "SELECT pg_current_xact_id()");

            assertThat(next).isNotEqualTo(id);
            assertThat(leased(connection).identity())
                    .map(TransactionIdentity::id)
                    .contains(next);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
            connection.rollback();
        }
    }

    /** Nor do settings and metadata, which send something of their own, begin one without the borrower's settings. */
    @Test
    void whatFollowsACommitPastTheHandleHasTheBorrowersSettings() throws Exception {
        try (Connection connection = transaction()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.unwrap(PgConnection.class).commit();

            connection.setSchema("pg_catalog");
            connection.getMetaData().getSchemas().close();
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);

            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
            assertThat(value(connection, "SHOW search_path")).contains("pg_catalog");
            connection.rollback();
        }
    }

    @Test
    void aTransactionThatTheDriverHasBegunIsLookedUpByItsOwnIdentity() throws Exception {
        try (Connection connection = transaction()) {
            execute(connection, "INSERT INTO things VALUES (1)");
            PgConnection driver = connection.unwrap(PgConnection.class);
            driver.commit();
            String next = value(driver, "SELECT pg_current_xact_id()");
            proxy.intercept((any, direction, type, body) ->
                    direction == Direction.FROM_SERVER && type == 'C' && isCommit(body) ? Action.CUT : Action.PASS);

            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);

            assertThat(leased(connection).identity())
                    .map(TransactionIdentity::id)
                    .contains(next);
        }
    }

    /** As Jdbi's plugin does it, before the transaction. */
    @Test
    void aTransactionIsTheDriversWhereItWasHandedOutBefore() throws Exception {
        try (Connection connection = pool.getConnection()) {
            PgConnection driver = connection.unwrap(PgConnection.class);
            connection.setAutoCommit(false);

            long object = driver.getLargeObjectAPI().createLO();
            connection.rollback();

            connection.setAutoCommit(true);
            assertThat(value(connection, "SELECT count(*) FROM pg_largeobject_metadata WHERE oid = " + object))
                    .isEqualTo("0");
        }
    }

    @Test
    void theIdentityOfThePreviousBorrowersTransactionIsNotTheNextOnes() throws Exception {
        try (Connection connection = transaction()) {
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.setAutoCommit(true);
        }
        try (Connection connection = transaction()) {
            assertThat(leased(connection).identity()).isEmpty();
            assertThat(leased(connection).lastCommit()).isEqualTo(Commit.NOT_SENT);
        }
    }

    @Test
    void discardEndsTheConnectionUnderItsStatementAndFreesTheSlot() throws Exception {
        String sleep = "SELECT pg_sleep(60), 'to be discarded'";
        List<EvictionReason> evictions = evictions(pool);
        Connection connection = transaction();
        int backend = backend(connection);
        CompletableFuture<String> statement = Clients.async(() -> value(connection, sleep));
        awaitExecuting(database, sleep);

        leased(connection).discard();

        assertThat(failureOf(statement)).isInstanceOf(SQLException.class);
        assertThat(pool.statistics().active()).isZero();
        assertThat(evictions).containsExactly(EvictionReason.SPOILT);
        assertThat(backend(pool)).isNotEqualTo(backend);
        database.terminateSessions();
    }

    /** JDBI restores the settings of any connection, also of a discarded one. */
    @Test
    void theSettingsOfADiscardedConnectionCanBeRestoredButItCannotBeUsed() throws Exception {
        Connection connection = transaction();
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        leased(connection).discard();

        assertThat(connection.isClosed()).isTrue();
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        connection.setAutoCommit(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setReadOnly(false);
        assertThatThrownBy(connection::createStatement)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        leased(connection).discard();
        connection.close();
        assertThat(pool.statistics().returned()).isEqualTo(1);
    }

    @Test
    void discardAfterTheReturnDoesNotTakeTheConnectionFromTheNextBorrower() throws Exception {
        Connection first = pool.getConnection();
        LeasedTransaction transaction = leased(first);
        first.close();
        try (Connection second = pool.getConnection()) {
            transaction.discard();

            assertThat(value(second, "SELECT 1")).isEqualTo("1");
            assertThat(pool.statistics().active()).isEqualTo(1);
        }
    }

    @Test
    void thePoolReportsWhatAConnectionIsUsedFor() throws Exception {
        Purpose.within("Test.unit", () -> {
            try (Connection connection = transaction()) {
                leased(connection).beginStatement("selectNothing");
                execute(connection, "SELECT 1");

                assertThat(pool.connections()).singleElement().satisfies(report -> {
                    ConnectionReport.Use use = report.use().orElseThrow();
                    assertThat(use.purpose()).contains("Test.unit");
                    assertThat(use.statement()).contains("selectNothing");
                    assertThat(use.transaction())
                            .isEqualTo(leased(connection).identity().map(TransactionIdentity::id));
                });
                connection.setAutoCommit(true);
            }
            return null;
        });
        assertThat(pool.connections()).singleElement().satisfies(report -> assertThat(report.use())
                .isEmpty());
    }

    @Test
    void borrowingAnIdleConnectionIsNoWait() throws Exception {
        try (Connection opened = pool.getConnection()) {
            assertThat(leased(opened).waited()).isPositive();
        }
        try (Connection idle = pool.getConnection()) {
            assertThat(leased(idle).waited()).isEqualTo(Duration.ZERO);
            assertThat(leased(idle).closeReason()).isEmpty();
        }
    }
}
