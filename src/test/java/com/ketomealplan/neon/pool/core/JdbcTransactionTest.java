package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.resultOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.copy.CopyManager;

/** JDBC's contract of transactions: what begins and ends them, and what holds in them. */
class JdbcTransactionTest extends JdbcContract {

    @OverAll
    void commitMakesChangesLastAndRollbackUndoesThem(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            assertThat(database.count("things")).isZero();
            connection.commit();
            assertThat(database.count("things")).isEqualTo(1);
            execute(connection, "INSERT INTO things VALUES (2)");
            connection.rollback();
            assertThat(database.count("things")).isEqualTo(1);
        }
    }

    @OverAll
    void switchingAutoCommitOnCommits(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.setAutoCommit(true);
            assertThat(database.count("things")).isEqualTo(1);
            execute(connection, "INSERT INTO things VALUES (2)");
            assertThat(database.count("things")).isEqualTo(2);
        }
    }

    @OverAll
    void settingAutoCommitToWhatItIsCommitsNothing(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            connection.setAutoCommit(false);
            connection.rollback();
        }
        assertThat(database.count("things")).isZero();
    }

    @OverAll
    void thereIsNothingToEndInAutoCommit(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            assertRefused(connection::commit);
            assertRefused(connection::rollback);
            assertRefused(connection::setSavepoint);
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @OverAll
    void endingATransactionThatHasNotBegunDoesNothing(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            connection.commit();
            connection.rollback();
            connection.commit();
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
            connection.rollback();
        }
    }

    @OverAll
    void theStatementsOfATransactionAreInOneTransaction(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement id = connection.prepareStatement("SELECT pg_current_xact_id()")) {
            String first = value(id);
            assertThat(value(connection, "SELECT pg_current_xact_id()")).isEqualTo(first);
            assertThat(value(id)).isEqualTo(first);
            connection.commit();
            assertThat(value(id)).isNotEqualTo(first);
            connection.rollback();
        }
    }

    @OverAll
    void aSnapshotOfAnotherTransactionCanBeTaken(Source source) throws Exception {
        try (Connection other = database.connect();
                Connection connection = transaction(source)) {
            other.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            other.setAutoCommit(false);
            String snapshot = value(other, "SELECT pg_export_snapshot()");
            database.jdbi().useHandle(handle -> handle.execute("INSERT INTO things VALUES (1)"));
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);

            execute(connection, "SET TRANSACTION SNAPSHOT '" + snapshot + "'");

            assertThat(value(connection, "SELECT count(*) FROM things")).isEqualTo("0");
            connection.rollback();
        }
    }

    @OverAll
    void whoWaitsForALockFirstSeesWhatWasCommittedMeanwhile(Source source) throws Exception {
        try (Connection other = database.connect();
                Connection connection = transaction(source)) {
            other.setAutoCommit(false);
            execute(other, "LOCK TABLE things IN EXCLUSIVE MODE");
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            CompletableFuture<String> count = Clients.async(() -> {
                execute(connection, "LOCK TABLE things IN EXCLUSIVE MODE");
                return value(connection, "SELECT count(*) FROM things");
            });
            await().atMost(Duration.ofSeconds(30)).until(() -> database.lockWaiters() == 1);
            execute(other, "INSERT INTO things VALUES (1)");
            other.commit();

            assertThat(resultOf(count)).isEqualTo("1");
            connection.rollback();
        }
    }

    @OverAll
    void afterAFailedStatementAndARollbackTheConnectionIsUsable(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            assertState("22012", () -> execute(connection, "SELECT 1/0"));
            assertState("25P02", () -> value(connection, "SELECT 1"));
            connection.rollback();
            execute(connection, "INSERT INTO things VALUES (2)");
            connection.commit();
            assertThat(value(connection, "SELECT id FROM things")).isEqualTo("2");
            connection.rollback();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"}) // the others' commit() succeeds, and has rolled back
    void afterAFailedStatementCommitIsAnErrorAndTheConnectionUsable(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            assertState("22012", () -> execute(connection, "SELECT 1/0"));
            assertState("25P02", connection::commit);
            execute(connection, "INSERT INTO things VALUES (2)");
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    @OverAll
    void afterAFailedStatementAutoCommitCanBeSwitchedOn(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            assertState("22012", () -> execute(connection, "SELECT 1/0"));
            connection.setAutoCommit(true);
            assertThat(value(connection, "SELECT count(*) FROM things")).isEqualTo("0");
        }
    }

    @OverAll
    void aDeferredConstraintFailsAtCommitAndTheConnectionIsUsable(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP");
            execute(connection, "INSERT INTO late VALUES (1), (1)");
            assertState("23505", connection::commit);
            connection.rollback();
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
            connection.rollback();
        }
    }

    @OverAll
    void aRollbackToASavepointKeepsWhatWasBefore(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            Savepoint empty = connection.setSavepoint();
            execute(connection, "INSERT INTO things VALUES (1)");
            Savepoint named = connection.setSavepoint("named");
            assertThat(named.getSavepointName()).isEqualTo("named");
            assertThat(empty.getSavepointId()).isNotNegative();
            assertState("22012", () -> execute(connection, "SELECT 1/0"));
            connection.rollback(named);
            execute(connection, "INSERT INTO things VALUES (2)");
            connection.releaseSavepoint(named);
            assertRefused(() -> connection.rollback(named));
            connection.rollback(empty);
            execute(connection, "INSERT INTO things VALUES (3)");
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    @OverAll
    void aTransactionBegunBySqlIsEndedBySql(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            execute(connection, "BEGIN");
            execute(connection, "INSERT INTO things VALUES (1)");
            assertThat(database.count("things")).isZero();
            execute(connection, "COMMIT");
            assertThat(database.count("things")).isEqualTo(1);
        }
    }

    /** What is sent with the driver's own interfaces is in the transactions after the first one, too. */
    @OverAll
    void theDriversConnectionIsInEachTransaction(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            copy.copyIn("COPY things (id) FROM STDIN", new StringReader("1\n"));
            connection.commit();
            copy.copyIn("COPY things (id) FROM STDIN", new StringReader("2\n"));
            connection.rollback();
            copy.copyIn("COPY things (id) FROM STDIN", new StringReader("3\n"));
            connection.rollback();
            assertThat(database.count("things")).isEqualTo(1);
        }
    }

    @OverAll
    void theDriversConnectionIsInATransactionAfterACommitBySql(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            copy.copyIn("COPY things (id) FROM STDIN", new StringReader("1\n"));
            execute(connection, "COMMIT");
            copy.copyIn("COPY things (id) FROM STDIN", new StringReader("2\n"));
            connection.rollback();
            assertThat(database.count("things")).isEqualTo(1);
            copy.copyIn("COPY things (id) FROM STDIN", new StringReader("3\n"));
            connection.commit();
            assertThat(database.count("things")).isEqualTo(2);
        }
    }

    /** A statement that was made before the transaction leads to the driver as well. */
    @OverAll
    void theDriversStatementIsInTheTransaction(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things (id) VALUES (?)")) {
            insert.setInt(1, 7);
            insert.unwrap(PGStatement.class);
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY things (id) FROM STDIN", new StringReader("1\n"));
            insert.executeUpdate();
            connection.rollback();
            assertThat(database.count("things")).isZero();
        }
    }

    /** The server withholds them from a session that is inside a transaction. */
    @OverAll
    void notificationsArriveBetweenTransactions(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            PGConnection driver = connection.unwrap(PGConnection.class);
            execute(connection, "LISTEN news");
            connection.commit();
            database.jdbi().useHandle(handle -> handle.execute("NOTIFY news, 'one'"));

            assertThat(driver.getNotifications(30_000)).hasSize(1);

            execute(connection, "UNLISTEN news");
            connection.commit();
        }
    }
}
