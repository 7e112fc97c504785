package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGStatement;

/** JDBC's contract of prepared statements, in auto-commit and in transactions that begin with them or do not. */
class JdbcPreparedStatementTest extends JdbcContract {

    @OverAll
    void executeDistinguishesRowsFromCounts(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?)");
                    PreparedStatement select = connection.prepareStatement("SELECT ?::int")) {
                insert.setInt(1, 1);
                assertThat(insert.execute()).isFalse();
                assertThat(insert.getUpdateCount()).isEqualTo(1);
                assertThat(insert.executeUpdate()).isEqualTo(1);
                assertThat(insert.executeLargeUpdate()).isEqualTo(1);
                select.setInt(1, 5);
                assertThat(select.execute()).isTrue();
                assertThat(select.getResultSet().next()).isTrue();
                assertThat(select.getMoreResults()).isFalse();
                assertThat(select.getUpdateCount()).isEqualTo(-1);
            }
        });
    }

    @OverAll
    void theWrongKindOfResultIsRefused(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            for (int i = 0; i < 2; i++) {
                try (PreparedStatement select = connection.prepareStatement("SELECT 1");
                        PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (1)")) {
                    assertRefused(select::executeUpdate);
                    connection.rollback();
                    assertRefused(insert::executeQuery);
                    connection.rollback();
                }
            }
        }
    }

    @OverAll
    void textOfItsOwnIsRefused(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT 1")) {
                assertRefused(() -> select.executeQuery("SELECT 2"));
                assertRefused(() -> select.executeUpdate("INSERT INTO things VALUES (1)"));
                assertRefused(() -> select.execute("SELECT 2"));
                assertRefused(() -> select.addBatch("SELECT 2"));
            }
        });
    }

    @OverAll
    void itIsExecutedAgainInTheNextTransactions(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?)")) {
            for (int i = 1; i <= 7; i++) { // from the fifth on the server's statement has a name
                insert.setInt(1, i);
                insert.executeUpdate();
                assertThat(database.count("things")).isEqualTo(i - 1);
                connection.commit();
            }
        }
        assertThat(database.count("things")).isEqualTo(7);
    }

    @OverAll
    void metadataLeavesOpenResultsAlone(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT number FROM generate_series(1, ?) AS number")) {
                select.setInt(1, 2);
                ResultSet rows = select.executeQuery();
                assertThat(rows.next()).isTrue();

                assertThat(select.getMetaData().getColumnName(1)).isEqualTo("number");
                assertThat(select.getParameterMetaData().getParameterCount()).isEqualTo(1);

                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(2);
                assertThat(rows.next()).isFalse();
            }
        });
    }

    @OverAll
    void anotherStatementCanComeFirst(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement select = connection.prepareStatement("SELECT ?::int + count(*) FROM things")) {
            select.setInt(1, 40);
            execute(connection, "INSERT INTO things VALUES (1), (2)");
            assertThat(value(select)).isEqualTo("42");
            connection.rollback();
            assertThat(value(select)).isEqualTo("40");
            connection.rollback();
        }
    }

    @OverAll
    void twoThatWereMadeBeforeTheTransactionAreInIt(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement first = connection.prepareStatement("INSERT INTO things VALUES (1)");
                PreparedStatement second = connection.prepareStatement("INSERT INTO things VALUES (2)")) {
            first.executeUpdate();
            second.executeUpdate();
            connection.rollback();
            second.executeUpdate();
            first.executeUpdate();
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(2);
    }

    @OverAll
    void itOutlivesTheChangeOfAutoCommit(Source source) throws Exception {
        try (Connection connection = connection(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?)")) {
            insert.setInt(1, 1);
            insert.executeUpdate();
            connection.setAutoCommit(false);
            insert.executeUpdate();
            connection.rollback();
            connection.setAutoCommit(true);
            insert.executeUpdate();
        }
        assertThat(database.count("things")).isEqualTo(2);
    }

    @OverAll
    void generatedKeysAreReturnedInAllForms(Source source) throws Exception {
        String insert = "INSERT INTO numbered (name) VALUES (?)";
        always(source, connection -> {
            try (PreparedStatement any = connection.prepareStatement(insert, Statement.RETURN_GENERATED_KEYS);
                    PreparedStatement named = connection.prepareStatement(insert, new String[] {"number"});
                    PreparedStatement none = connection.prepareStatement(insert, Statement.NO_GENERATED_KEYS)) {
                int first = keyOf(any);
                assertThat(keyOf(named)).isEqualTo(first + 1);
                assertThat(keyOf(any)).isEqualTo(first + 2);
                none.setString(1, "a");
                none.executeUpdate();
                assertThat(none.getGeneratedKeys().next()).isFalse();
            }
        });
    }

    private static int keyOf(PreparedStatement insert) throws SQLException {
        insert.setString(1, "a");
        assertThat(insert.executeUpdate()).isEqualTo(1);
        try (ResultSet key = insert.getGeneratedKeys()) {
            assertThat(key.next()).isTrue();
            return key.getInt("number");
        }
    }

    @OverAll
    void aBatchReturnsItsCounts(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?)")) {
                for (int i = 0; i < 3; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
                insert.setInt(1, 3);
                insert.addBatch();
                assertThat(insert.executeLargeBatch()).containsExactly(1L);
                assertThat(insert.executeBatch()).isEmpty();
            }
        });
    }

    @OverAll
    void aBatchReturnsItsGeneratedKeys(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO numbered (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
                for (String name : new String[] {"a", "b"}) {
                    insert.setString(1, name);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(2);
                ResultSet keys = insert.getGeneratedKeys();
                assertThat(keys.next()).isTrue();
                assertThat(keys.next()).isTrue();
                assertThat(keys.next()).isFalse();
            }
        });
    }

    @OverAll
    void aFailingBatchReportsItsCounts(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (6 / ?)")) {
            for (int divisor : new int[] {1, 0, 2}) {
                insert.setInt(1, divisor);
                insert.addBatch();
            }
            assertThatThrownBy(insert::executeBatch).isInstanceOfSatisfying(BatchUpdateException.class, e -> {
                assertThat(e.getSQLState()).isEqualTo("22012");
                assertThat(e.getUpdateCounts()[1]).isEqualTo(Statement.EXECUTE_FAILED);
            });
            connection.rollback();
        }
        assertThat(database.count("things")).isZero();
    }

    @OverAll
    void settingsHoldForAllExecutions(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement select = connection.prepareStatement("SELECT generate_series(1, 5)")) {
            select.setMaxRows(2);
            select.setQueryTimeout(60);
            for (int i = 0; i < 2; i++) {
                execute(connection, "SELECT 1");
                ResultSet rows = select.executeQuery();
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isFalse();
                assertThat(select.getMaxRows()).isEqualTo(2);
                assertThat(select.getQueryTimeout()).isEqualTo(60);
                connection.commit();
            }
        }
    }

    @OverAll
    void aCursorFetchesInATransaction(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT n FROM generate_series(1, ?) n")) {
                select.setInt(1, 95);
                select.setFetchSize(10);
                int rows = 0;
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rows++;
                    }
                }
                assertThat(rows).isEqualTo(95);
            }
        });
    }

    @OverAll
    void aScrollableResultSetIsScrolled(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                            "SELECT generate_series(1, 3)",
                            ResultSet.TYPE_SCROLL_INSENSITIVE,
                            ResultSet.CONCUR_READ_ONLY);
                    ResultSet rows = select.executeQuery()) {
                assertThat(rows.last()).isTrue();
                assertThat(rows.getRow()).isEqualTo(3);
                assertThat(rows.absolute(1)).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(1);
                assertThat(select.getResultSetType()).isEqualTo(ResultSet.TYPE_SCROLL_INSENSITIVE);
            }
        });
    }

    @OverAll
    void aClosedOneIsRefused(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            PreparedStatement select = connection.prepareStatement("SELECT ?::int");
            select.close();
            assertThat(select.isClosed()).isTrue();
            assertRefused(() -> select.setInt(1, 1));
            assertRefused(select::executeQuery);
        }
    }

    @OverAll
    void itClosesOnCompletionHoweverItIsExecuted(Source source) throws Exception {
        always(source, connection -> {
            PreparedStatement select = connection.prepareStatement("SELECT 1");
            select.setFetchSize(50);
            select.closeOnCompletion();
            ResultSet rows = select.executeQuery();
            assertThat(select.isCloseOnCompletion()).isTrue();
            rows.close();
            assertThat(select.isClosed()).isTrue();
        });
    }

    @OverAll
    void unwrappingItLeavesItsResultsAlone(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT 7")) {
                ResultSet row = select.executeQuery();
                assertThat(select.unwrap(PGStatement.class)).isNotNull();
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(7);
            }
        });
    }
}
