package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.awaitExecuting;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.evictions;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** A borrowed connection, until its return: what JDBC requires, and in which state the next borrower gets it. */
class BorrowedConnectionTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private Pool pool;

    /** What is done with a connection. */
    @FunctionalInterface
    interface Use {
        void of(Connection connection) throws Exception;
    }

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id int)"));
    }

    @BeforeEach
    void begin() {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things"));
        pool = pools.keeping(1, database.connector());
    }

    private static Named<Use> use(String name, Use use) {
        return Named.of(name, use);
    }

    @Test
    void closingAgainDoesNotTakeTheConnectionFromTheNextBorrower() throws Exception {
        Connection first = pool.getConnection();
        first.close();
        try (Connection second = pool.getConnection()) {
            first.close();

            assertThat(pool.statistics().active()).isEqualTo(1);
            assertThat(pool.statistics().returned()).isEqualTo(1);
            assertThat(second.isClosed()).isFalse();
            assertThat(value(second, "SELECT 1")).isEqualTo("1");
        }
        assertThat(pool.statistics().returned()).isEqualTo(2);
    }

    @Test
    void threadsThatCloseAtOnceReturnOnce() throws Exception {
        for (int i = 0; i < 50; i++) {
            Connection connection = pool.getConnection();
            Clients.atOnce(4, () -> {
                connection.close();
                return null;
            });
        }
        assertThat(pool.statistics().borrowed()).isEqualTo(50);
        assertThat(pool.statistics().returned()).isEqualTo(50);
        assertThat(pool.statistics().idle()).isEqualTo(1);
    }

    static Stream<Named<Use>> uses() {
        return Stream.of(
                use("createStatement", Connection::createStatement),
                use("prepareStatement", connection -> connection.prepareStatement("SELECT 1")),
                use("prepareCall", connection -> connection.prepareCall("SELECT 1")),
                use("getMetaData", Connection::getMetaData),
                use("setAutoCommit", connection -> connection.setAutoCommit(false)),
                use("getAutoCommit", Connection::getAutoCommit),
                use("commit", Connection::commit),
                use("rollback", Connection::rollback),
                use("setReadOnly", connection -> connection.setReadOnly(true)),
                use("setSchema", connection -> connection.setSchema("public")),
                use("setTransactionIsolation", connection -> connection.setTransactionIsolation(8)),
                use("setNetworkTimeout", connection -> connection.setNetworkTimeout(Runnable::run, 1)),
                use("unwrap", connection -> connection.unwrap(PGConnection.class)));
    }

    @ParameterizedTest
    @MethodSource("uses")
    void useAfterItsReturnIsRefused(Use use) throws Exception {
        Connection connection = pool.getConnection();
        connection.close();

        assertThatThrownBy(() -> use.of(connection))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertThat(connection.isClosed()).isTrue();
        try (Connection next = pool.getConnection()) {
            assertThat(next.getAutoCommit()).isTrue();
            assertThat(next).isNotEqualTo(connection);
        }
    }

    @Test
    void aConnectionIsEqualToItselfOnly() throws Exception {
        Connection connection = pool.getConnection();
        int hash = connection.hashCode();

        assertThat(connection).isEqualTo(connection);
        assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
        connection.close();
        assertThat(connection).isEqualTo(connection).hasSameHashCodeAs(hash);
        assertThat(connection.toString()).isNotEmpty();
    }

    @Test
    void itUnwrapsToTheConnectionOfTheDriver() throws Exception {
        try (Connection connection = pool.getConnection()) {
            assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
            assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isPositive();
            assertThat(connection.isWrapperFor(ResultSet.class)).isFalse();
        }
    }

    @Test
    void commitMakesChangesLastAndRollbackUndoesThem() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            assertThat(database.count("things")).isZero();
            connection.commit();
            assertThat(database.count("things")).isEqualTo(1);

            execute(connection, "INSERT INTO things VALUES (2)");
            connection.rollback();
            assertThat(database.count("things")).isEqualTo(1);
            assertThat(value(connection, "SELECT count(*) FROM things")).isEqualTo("1");
        }
    }

    @Test
    void switchingAutoCommitOnCommits() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.setAutoCommit(true);

            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(database.count("things")).isEqualTo(1);
            assertThat(leased(connection).lastCommit()).isEqualTo(LeasedTransaction.Commit.DONE);
        }
    }

    @Test
    void switchingAutoCommitOffAgainCommitsNothing() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.setAutoCommit(false);

            assertThat(database.count("things")).isZero();
            connection.rollback();
        }
        assertThat(database.count("things")).isZero();
    }

    @Test
    void thereIsNothingToCommitInAutoCommit() throws Exception {
        try (Connection connection = pool.getConnection()) {
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
            assertThat(leased(connection).lastCommit()).isEqualTo(LeasedTransaction.Commit.NOT_SENT);
        }
    }

    @Test
    void aTransactionGoesOnAfterARollbackToASavepoint() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            TransactionIdentity identity = leased(connection).identity().orElseThrow();
            Savepoint savepoint = connection.setSavepoint();
            assertThatThrownBy(() -> execute(connection, "SELECT 1/0")).isInstanceOf(SQLException.class);

            connection.rollback(savepoint);

            assertThat(leased(connection).identity()).contains(identity);
            execute(connection, "INSERT INTO things VALUES (2)");
            assertThat(value(connection, "SELECT pg_current_xact_id()")).isEqualTo(identity.id());
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(2);
    }

    /** Its outcome would be that of the one before. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT AND CHAIN",
                "ROLLBACK AND CHAIN",
                "COMMIT; BEGIN; INSERT INTO things VALUES (2)",
                "INSERT INTO things VALUES (2); ROLLBACK AND CHAIN"
            })
    void aTransactionThatSqlHasBegunAfterAnotherHasItsOwnIdentity(String sql) throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            String before = leased(connection).identity().orElseThrow().id();

            execute(connection, sql);
            execute(connection, "INSERT INTO things VALUES (3)");

            String own = leased(connection).identity().orElseThrow().id();
            assertThat(own).isNotEqualTo(before).isEqualTo(value(connection, "SELECT pg_current_xact_id()"));
            connection.rollback();
        }
    }

    /** Each leaves the transaction as it is, and what was asked of it. */
    @Test
    void aTransactionGoesOnAfterRollbacksToASavepointBySql() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            execute(connection, "SAVEPOINT here");
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> execute(connection, "SELECT 1/0")).isInstanceOf(SQLException.class);
                execute(connection, "ROLLBACK TO here");
            }
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    /** What the handle asks with the first statement is not the borrower's. */
    @Test
    void aLimitOfTheSizeOfFieldsDoesNotCutTheIdentity() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setMaxFieldSize(3);
            statement.execute("INSERT INTO things VALUES (1)");

            assertThat(leased(connection).identity().orElseThrow().serverStart())
                    .isEqualTo(value(connection, "SELECT " + TransactionIdentity.SERVER_START));
            connection.rollback();
        }
    }

    static Stream<Named<Use>> transactionsLeftOpen() {
        return Stream.of(
                use("by JDBC", connection -> connection.setAutoCommit(false)),
                use("by SQL", connection -> execute(connection, "BEGIN")));
    }

    @ParameterizedTest
    @MethodSource("transactionsLeftOpen")
    void aConnectionReturnedInsideATransactionIsRolledBackAndEvicted(Use begin) throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        int backend;
        try (Connection connection = pool.getConnection()) {
            begin.of(connection);
            execute(connection, "INSERT INTO things VALUES (1)");
            backend = backend(connection);
        }

        assertThat(evictions).containsExactly(EvictionReason.SPOILT);
        assertThat(backend(pool)).isNotEqualTo(backend);
        await().until(() -> !database.sessionIds().contains(backend));
        assertThat(database.count("things")).isZero();
    }

    static Stream<Named<Use>> alterations() {
        return Stream.of(
                use("setNetworkTimeout", connection -> connection.setNetworkTimeout(Runnable::run, 60_000)),
                use("setHoldability", connection -> connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT)),
                use("setClientInfo", connection -> connection.setClientInfo("ApplicationName", "borrower")),
                use("setTypeMap", connection -> connection.setTypeMap(Map.of())),
                use("cancel", connection -> connection.createStatement().cancel()),
                use(
                        "cancel of a call",
                        connection -> connection.prepareCall("SELECT 1").cancel()));
    }

    /** JDBC sets them for the session, for which there is no way back. A request to cancel may reach it late. */
    @ParameterizedTest
    @MethodSource("alterations")
    void aConnectionWithAnAlteredSessionIsEvicted(Use alter) throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        int backend;
        try (Connection connection = pool.getConnection()) {
            alter.of(connection);
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
            backend = backend(connection);
        }

        assertThat(evictions).containsExactly(EvictionReason.SPOILT);
        assertThat(backend(pool)).isNotEqualTo(backend);
    }

    @Test
    void aConnectionWithAnUnalteredSessionIsReused() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        int backend = backend(pool);

        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.commit();
            connection.setAutoCommit(true);
        }

        assertThat(backend(pool)).isEqualTo(backend);
        assertThat(evictions).isEmpty();
    }

    @Test
    void abortEndsTheConnectionAndFreesItsSlot() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        Connection connection = pool.getConnection();
        int backend = backend(connection);

        connection.abort(Runnable::run);

        assertThat(connection.isClosed()).isTrue();
        assertThat(pool.statistics().active()).isZero();
        assertThat(pool.statistics().size()).isZero();
        assertThat(evictions).containsExactly(EvictionReason.SPOILT); // not lost, which would end the idle ones too
        await().until(() -> !database.sessionIds().contains(backend));
        connection.abort(Runnable::run);
        connection.close();
        assertThat(pool.statistics().returned()).isEqualTo(1);
        assertThat(backend(pool)).isNotEqualTo(backend);
    }

    @Test
    void abortEndsAStatementOfAnotherThread() throws Exception {
        String sleep = "SELECT pg_sleep(60), 'to be aborted'";
        Connection connection = pool.getConnection();
        CompletableFuture<String> statement = Clients.async(() -> value(connection, sleep));
        awaitExecuting(database, sleep);

        connection.abort(Runnable::run);

        assertThat(failureOf(statement)).isInstanceOf(SQLException.class);
        assertThat(pool.statistics().active()).isZero();
        assertThat(backend(pool)).isPositive();
        database.terminateSessions();
    }

    /** Not even by one who overlooked that a statement of it has failed. */
    @Test
    void aTransactionWhoseConnectionIsLostCannotBeCommitted() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "SELECT 0");
            database.terminateSessions();
            assertThatThrownBy(() -> execute(connection, "SELECT 1")).isInstanceOf(SQLException.class);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("connection is lost");
        }
    }

    private static void overflow(Connection connection) throws SQLException {
        try {
            overflow(connection);
        } finally {
            connection.close();
        }
    }

    /** Each frame on its way closes it, and the first ones have no stack left to return it. */
    @Test
    void aBorrowerWhoseStackOverflowsLosesNoConnection() throws Exception {
        Pool single = pools.keeping(1, database.connector());
        for (int i = 0; i < 5; i++) {
            Connection connection = single.getConnection();
            assertThatThrownBy(() -> overflow(connection)).isInstanceOf(StackOverflowError.class);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> single.statistics().active() == 0);
        }
        single.getConnection().close();
    }

    /** It is another borrower's by then. */
    @Test
    void aLargeObjectOfAReturnedConnectionBeginsNothing() throws Exception {
        Connection returned = pool.getConnection();
        returned.setAutoCommit(false);
        ResultSet row = returned.createStatement().executeQuery("SELECT 1::oid");
        row.next();
        returned.commit();
        returned.close();

        try (Connection next = pool.getConnection()) {
            int backend = backend(next);
            assertThatThrownBy(() -> row.getBlob(1)).isInstanceOf(SQLException.class);
            String state = database.jdbi()
                    .withHandle(handle -> handle.createQuery("SELECT state FROM pg_stat_activity WHERE pid = :pid")
                            .bind("pid", backend)
                            .mapTo(String.class)
                            .one());
            assertThat(state).isEqualTo("idle");
        }
    }

    @Test
    void theFailureOfALostConnectionIsItsOwnThoughItsDriverIsUsed() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            connection.unwrap(PGConnection.class);

            assertThatThrownBy(() -> execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())"))
                    .isInstanceOfSatisfying(SQLException.class, lost -> assertThat(lost.getSQLState())
                            .isEqualTo("57P01"));
        }
    }

    /** What the driver asks for itself is in no transaction, or the next statement would be in that one. */
    @Test
    void theSettingsHoldAfterTheDriverHasAskedSomething() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.unwrap(PGConnection.class);
            connection.commit();

            assertThat(connection.isValid(10)).isTrue();
            assertThat(connection.getSchema()).isEqualTo("public");

            assertThatThrownBy(() -> execute(connection, "INSERT INTO things VALUES (1)"))
                    .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState())
                            .isEqualTo("25006"));
            connection.rollback();
        }
    }

    /** The driver would send a BEGIN of its own before ours. */
    @Test
    void aTransactionAfterACommitBySqlIsBegunOnce() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO things VALUES (1)");
            statement.execute("COMMIT");
            statement.execute("INSERT INTO things VALUES (2)");

            assertThat((Object) statement.getWarnings()).isNull();
            connection.rollback();
        }
    }
}
