package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.awaitExecuting;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.Clients;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** JDBC's contract of statements, in auto-commit and as the first one of a transaction. */
class JdbcStatementTest extends JdbcContract {

    @OverAll
    void executeDistinguishesRowsFromCounts(Source source) throws Exception {
        eachWay(source, statement -> {
            assertThat(statement.execute("SELECT 1")).isTrue();
            assertThat(statement.getUpdateCount()).isEqualTo(-1);
            assertThat(statement.getResultSet().next()).isTrue();
            assertThat(statement.execute("INSERT INTO things VALUES (1), (2)")).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(2);
            assertThat(statement.getResultSet()).isNull();
            assertThat(statement.getMoreResults()).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(-1);
        });
    }

    @OverAll
    void anUpdateIsCounted(Source source) throws Exception {
        eachWay(source, statement -> {
            assertThat(statement.executeUpdate("INSERT INTO things VALUES (1), (2)"))
                    .isEqualTo(2);
            assertThat(statement.executeLargeUpdate("DELETE FROM things WHERE id = 1"))
                    .isPositive();
            assertThat(statement.getLargeUpdateCount()).isPositive();
            assertThat(statement.executeUpdate("SET LOCAL work_mem = '5MB'")).isZero();
        });
    }

    @OverAll
    void anUpdateThatReturnsRowsIsRefused(Source source) throws Exception {
        eachWay(source, statement -> assertRefused(() -> statement.executeUpdate("SELECT 1")));
    }

    @OverAll
    void aQueryThatReturnsNoRowsIsRefused(Source source) throws Exception {
        eachWay(source, statement -> assertRefused(() -> statement.executeQuery("SET LOCAL work_mem = '5MB'")));
    }

    @OverAll
    void generatedKeysAreReturnedInAllForms(Source source) throws Exception {
        String insert = "INSERT INTO numbered (name) VALUES ('a'), ('b')";
        eachWay(source, statement -> {
            assertThat(statement.executeUpdate(insert, Statement.RETURN_GENERATED_KEYS))
                    .isEqualTo(2);
            assertKeys(statement);
            assertThat(statement.executeUpdate(insert, new String[] {"number"})).isEqualTo(2);
            assertKeys(statement);
            assertThat(statement.execute(insert, Statement.RETURN_GENERATED_KEYS))
                    .isFalse();
            assertKeys(statement);
            assertThat(statement.executeLargeUpdate(insert, new String[] {"number"}))
                    .isEqualTo(2);
            assertKeys(statement);
            assertThat(statement.executeUpdate(insert, Statement.NO_GENERATED_KEYS))
                    .isEqualTo(2);
            assertThat(statement.getGeneratedKeys().next()).isFalse();
        });
    }

    private static void assertKeys(Statement statement) throws SQLException {
        try (ResultSet keys = statement.getGeneratedKeys()) {
            assertThat(keys.next()).isTrue();
            int first = keys.getInt("number");
            assertThat(keys.next()).isTrue();
            assertThat(keys.getInt(1)).isEqualTo(first + 1);
            assertThat(keys.next()).isFalse();
        }
    }

    @OverAll
    void generatedKeysAreEmptyIfNoneWereAskedFor(Source source) throws Exception {
        eachWay(source, statement -> {
            statement.executeUpdate("INSERT INTO numbered (name) VALUES ('a')");
            assertThat(statement.getGeneratedKeys().next()).isFalse();
        });
    }

    @OverAll
    void aBatchReturnsItsCountsAndIsEmptyAfterwards(Source source) throws Exception {
        eachWay(source, statement -> {
            statement.addBatch("INSERT INTO things VALUES (1), (2)");
            statement.addBatch("DELETE FROM things WHERE id = 9");
            assertThat(statement.executeBatch()).containsExactly(2, 0);
            assertThat(statement.executeBatch()).isEmpty();
            statement.addBatch("INSERT INTO things VALUES (1)");
            assertThat(statement.executeLargeBatch()).containsExactly(1L);
            statement.addBatch("SELECT 1/0");
            statement.clearBatch();
            assertThat(statement.executeBatch()).isEmpty();
        });
    }

    @OverAll
    void aFailingBatchReportsItsCounts(Source source) throws Exception {
        try (Connection connection = transaction(source);
                Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO things VALUES (1)");
            statement.addBatch("INSERT INTO things VALUES (1/0)");
            statement.addBatch("INSERT INTO things VALUES (3)");
            assertThatThrownBy(statement::executeBatch).isInstanceOfSatisfying(BatchUpdateException.class, e -> {
                assertThat(e.getSQLState()).isEqualTo("22012");
                assertThat(e.getUpdateCounts()[1]).isEqualTo(Statement.EXECUTE_FAILED);
            });
            connection.rollback();
            assertThat(statement.executeBatch()).isEmpty();
            connection.rollback();
        }
        assertThat(database.count("things")).isZero();
    }

    @OverAll
    void aStatementIsEndedAfterItsQueryTimeout(Source source) throws Exception {
        try (Connection connection = transaction(source);
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThat(statement.getQueryTimeout()).isEqualTo(1);
            assertState("57014", () -> statement.execute("SELECT pg_sleep(600)"));
            connection.rollback();
            statement.setQueryTimeout(0);
            assertThat(statement.execute("SELECT 1")).isTrue();
            connection.rollback();
        }
    }

    @OverAll
    void aStatementIsCancelledByAnotherThread(Source source) throws Exception {
        String sleep = "SELECT pg_sleep(601)";
        try (Connection connection = connection(source);
                Statement statement = connection.createStatement()) {
            CompletableFuture<Boolean> executing = Clients.async(() -> statement.execute(sleep));
            awaitExecuting(database, sleep);
            statement.cancel();

            assertThat(failureOf(executing)).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                    .isEqualTo("57014"));
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @OverAll
    void aFunctionIsCalled(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            for (boolean autoCommit : new boolean[] {true, false}) {
                connection.setAutoCommit(autoCommit);
                try (CallableStatement call = connection.prepareCall("{? = call twice(?)}")) {
                    call.registerOutParameter(1, Types.INTEGER);
                    call.setInt(2, 21);
                    call.execute();
                    assertThat(call.getInt(1)).isEqualTo(42);
                    assertThat(call.wasNull()).isFalse();
                }
            }
            connection.rollback();
        }
    }

    @OverAll
    void aCallIsPartOfItsTransaction(Source source) throws Exception {
        try (Connection connection = transaction(source);
                CallableStatement call = connection.prepareCall("INSERT INTO things VALUES (1)")) {
            for (int i = 0; i < 2; i++) {
                call.execute();
                assertThat(database.count("things")).isZero();
                connection.rollback();
            }
            call.execute();
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    @OverAll
    void aStatementClosesOnCompletion(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            for (boolean autoCommit : new boolean[] {true, false}) {
                connection.setAutoCommit(autoCommit);
                Statement statement = connection.createStatement();
                statement.closeOnCompletion();
                ResultSet rows = statement.executeQuery("SELECT 1");
                assertThat(statement.isClosed()).isFalse();
                rows.close();
                assertThat(statement.isClosed()).isTrue();
            }
            connection.rollback();
        }
    }

    @OverAll
    void aClosedStatementIsRefused(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery("SELECT 1");
            statement.close();
            statement.close();
            assertThat(rows.isClosed()).isTrue();
            assertThat(statement.isClosed()).isTrue();
            assertRefused(() -> statement.executeQuery("SELECT 1"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"}) // the others return it
    void aClosedStatementHasNoConnection(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            Statement statement = connection.createStatement();
            statement.close();
            assertRefused(statement::getConnection);
            assertRefused(statement::getWarnings);
            assertRefused(statement::cancel);
        }
    }

    @OverAll
    void warningsOfAStatementAreItsOwn(Source source) throws Exception {
        eachWay(source, statement -> {
            statement.execute("DO $$ BEGIN RAISE WARNING 'careful'; END $$");
            assertThat(statement.getWarnings().getMessage()).contains("careful");
            statement.clearWarnings();
            assertThat((Throwable) statement.getWarnings()).isNull();
            statement.execute("SELECT 1");
            assertThat((Throwable) statement.getWarnings()).isNull();
        });
    }

    @OverAll
    void jdbcEscapesAreUnderstood(Source source) throws Exception {
        eachWay(source, statement -> {
            ResultSet row = statement.executeQuery("SELECT {fn ucase('a')}, {d '2026-01-02'}");
            row.next();
            assertThat(row.getString(1)).isEqualTo("A");
            assertThat(row.getDate(2)).isEqualTo("2026-01-02");
        });
    }

    @OverAll
    void metadataIsReadInATransaction(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "CREATE TABLE uncommitted (id int)");
            try (ResultSet tables = connection.getMetaData().getTables(null, "public", "uncommitted", null)) {
                assertThat(tables.next()).isTrue();
            }
            connection.rollback();
            try (ResultSet tables = connection.getMetaData().getTables(null, "public", "uncommitted", null)) {
                assertThat(tables.next()).isFalse();
            }
            connection.rollback();
        }
    }
}
