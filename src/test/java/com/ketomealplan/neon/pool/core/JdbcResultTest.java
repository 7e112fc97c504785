package com.ketomealplan.neon.pool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.jdbc.PgResultSet;

/** JDBC's contract of what statements return: several results, cursors, bounds, and rows that are changed. */
class JdbcResultTest extends JdbcContract {

    @OverAll
    void severalStatementsHaveSeveralResults(Source source) throws Exception {
        eachWay(source, statement -> {
            assertThat(statement.execute("INSERT INTO things VALUES (1); SELECT 7; UPDATE things SET id = 2; SELECT 8"))
                    .isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(1);
            assertThat(statement.getMoreResults()).isTrue();
            ResultSet seven = statement.getResultSet();
            seven.next();
            assertThat(seven.getInt(1)).isEqualTo(7);
            assertThat(statement.getMoreResults(Statement.KEEP_CURRENT_RESULT)).isFalse();
            assertThat(seven.isClosed()).isFalse();
            assertThat(statement.getUpdateCount()).isPositive();
            assertThat(statement.getMoreResults(Statement.CLOSE_ALL_RESULTS)).isTrue();
            assertThat(seven.isClosed()).isTrue();
            assertThat(statement.getMoreResults()).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(-1);
        });
    }

    @OverAll
    void aCursorFetchesInATransaction(Source source) throws Exception {
        eachWay(source, statement -> {
            statement.setFetchSize(10);
            int rows = 0;
            try (ResultSet row = statement.executeQuery("SELECT n FROM generate_series(1, 95) n")) {
                while (row.next()) {
                    rows++;
                    assertThat(row.getInt(1)).isEqualTo(rows);
                    assertThat(row.getFetchSize()).isEqualTo(10);
                }
            }
            assertThat(rows).isEqualTo(95);
        });
    }

    @OverAll
    void aCursorEndsWithItsTransaction(Source source) throws Exception {
        try (Connection connection = transaction(source);
                Statement statement = connection.createStatement()) {
            statement.setFetchSize(2);
            ResultSet rows = statement.executeQuery("SELECT n FROM generate_series(1, 9) n");
            rows.next();
            connection.commit();
            rows.next();
            assertRefused(rows::next);
            connection.rollback();
        }
    }

    @OverAll
    void noMoreRowsThanTheMostAreReturned(Source source) throws Exception {
        eachWay(source, statement -> {
            statement.setMaxRows(2);
            assertThat(statement.getMaxRows()).isEqualTo(2);
            try (ResultSet rows = statement.executeQuery("SELECT generate_series(1, 5)")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isFalse();
            }
        });
    }

    @OverAll
    void anUpdatableResultSetWrites(Source source) throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("INSERT INTO numbered (name) VALUES ('a'), ('b')"));
        try (Connection connection = transaction(source);
                Statement statement =
                        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet row = statement.executeQuery("SELECT number, name FROM numbered ORDER BY number")) {
            assertThat(row.last()).isTrue();
            row.updateString("name", "changed");
            row.updateRow();
            assertThat(row.first()).isTrue();
            row.deleteRow();
            connection.commit();
        }
        try (Connection connection = connection(source)) {
            assertThat(value(connection, "SELECT string_agg(name, ' ') FROM numbered"))
                    .isEqualTo("changed");
        }
    }

    @OverAll
    void getStatementIsTheStatementThatWasHandedOut(Source source) throws Exception {
        always(source, connection -> {
            try (Statement statement = connection.createStatement();
                    PreparedStatement prepared = connection.prepareStatement(
                            "INSERT INTO numbered (name) VALUES ('a')", new String[] {"number"});
                    CallableStatement call = connection.prepareCall("SELECT 1")) {
                ResultSet row = statement.executeQuery("SELECT 1");
                assertThat(row.getStatement()).isSameAs(statement);
                assertThat(row.getStatement().getConnection()).isSameAs(connection);
                statement.execute("SELECT 1");
                assertThat(statement.getResultSet().getStatement()).isSameAs(statement);
                prepared.executeUpdate();
                assertThat(prepared.getGeneratedKeys().getStatement()).isSameAs(prepared);
                assertThat(call.executeQuery().getStatement()).isSameAs(call);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            names = {"POOLED", "PER_REQUEST"
            }) // the others' is a new one at each call, and does not refuse when it is closed
    void aResultSetIsOneAndThatOfMetadataHasNoStatement(Source source) throws Exception {
        always(source, connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT 1")) {
                assertThat(statement.getResultSet()).isSameAs(row);
                assertThat(statement.getMoreResults()).isFalse();
                assertThat(statement.getResultSet()).isNull();
                ResultSet schemas = connection.getMetaData().getSchemas();
                assertThat(schemas.next()).isTrue();
                assertThat(schemas.getStatement()).isNull();
                schemas.close();
                assertRefused(schemas::getStatement);
            }
        });
    }

    /** It may be that of another borrower. */
    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aReturnedConnectionsMetadataLeadsNowhere(Source source) throws Exception {
        Connection connection = connection(source);
        ResultSet schemas = connection.getMetaData().getSchemas();
        connection.close();

        assertRefused(() -> schemas.unwrap(PgResultSet.class));
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void aCursorInARowHasTheStatementThatWasHandedOut(Source source) throws Exception {
        try (Connection connection = transaction(source);
                Statement statement = connection.createStatement()) {
            statement.execute("DECLARE one CURSOR FOR SELECT 1; DECLARE two CURSOR FOR SELECT 2");
            ResultSet row = statement.executeQuery("SELECT 'one'::refcursor, 'two'::refcursor AS two");
            row.next();

            for (Object cursor : List.of(row.getObject(1), row.getObject("two"))) {
                assertThat(((ResultSet) cursor).getStatement()).isSameAs(statement);
            }
            connection.rollback();
        }
    }

    @OverAll
    void aResultSetUnwrapsToTheDriver(Source source) throws Exception {
        try (Connection connection = connection(source);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1")) {
            assertThat(row.isWrapperFor(PgResultSet.class)).isTrue();
            assertThat(row.unwrap(PgResultSet.class)).isNotNull();
            assertThat(row.isWrapperFor(Connection.class)).isFalse();
            assertRefused(() -> row.unwrap(Connection.class));
        }
    }

    @OverAll
    void executingAgainClosesTheResultSet(Source source) throws Exception {
        eachWay(source, statement -> {
            ResultSet before = statement.executeQuery("SELECT 1");
            ResultSet after = statement.executeQuery("SELECT 2");
            assertThat(before.isClosed()).isTrue();
            assertThat(after.next()).isTrue();
        });
    }
}
