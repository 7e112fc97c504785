package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/** JDBC's contract of a connection: its close, what is closed with it, and what the next borrower gets. */
class JdbcConnectionTest extends JdbcContract {

    private static final Map<String, Use> USES_OF_CLOSED = Map.ofEntries(
            Map.entry("createStatement", Connection::createStatement),
            Map.entry("createStatement(type)", connection -> connection.createStatement(1003, 1007)),
            Map.entry("prepareStatement", connection -> connection.prepareStatement("SELECT 1")),
            Map.entry("prepareStatement(keys)", connection -> connection.prepareStatement("SELECT 1", 1)),
            Map.entry("prepareCall", connection -> connection.prepareCall("SELECT 1")),
            Map.entry("nativeSQL", connection -> connection.nativeSQL("SELECT 1")),
            Map.entry("setAutoCommit", connection -> connection.setAutoCommit(true)),
            Map.entry("getAutoCommit", Connection::getAutoCommit),
            Map.entry("commit", Connection::commit),
            Map.entry("rollback", Connection::rollback),
            Map.entry("getMetaData", Connection::getMetaData),
            Map.entry("setReadOnly", connection -> connection.setReadOnly(true)),
            Map.entry("isReadOnly", Connection::isReadOnly),
            Map.entry("setCatalog", connection -> connection.setCatalog("test")),
            Map.entry("getCatalog", Connection::getCatalog),
            Map.entry("setTransactionIsolation", connection -> connection.setTransactionIsolation(8)),
            Map.entry("getTransactionIsolation", Connection::getTransactionIsolation),
            Map.entry("getWarnings", Connection::getWarnings),
            Map.entry("clearWarnings", Connection::clearWarnings),
            Map.entry("getTypeMap", Connection::getTypeMap),
            Map.entry("setTypeMap", connection -> connection.setTypeMap(Map.of())),
            Map.entry("setHoldability", connection -> connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT)),
            Map.entry("getHoldability", Connection::getHoldability),
            Map.entry("setSavepoint", Connection::setSavepoint),
            Map.entry("setSavepoint(name)", connection -> connection.setSavepoint("name")),
            Map.entry("createClob", Connection::createClob),
            Map.entry("createBlob", Connection::createBlob),
            Map.entry("createNClob", Connection::createNClob),
            Map.entry("createSQLXML", Connection::createSQLXML),
            Map.entry("getClientInfo", Connection::getClientInfo),
            Map.entry("getClientInfo(name)", connection -> connection.getClientInfo("ApplicationName")),
            Map.entry("createArrayOf", connection -> connection.createArrayOf("int4", new Object[] {1})),
            Map.entry("createStruct", connection -> connection.createStruct("type", new Object[] {1})),
            Map.entry("setSchema", connection -> connection.setSchema("public")),
            Map.entry("getSchema", Connection::getSchema),
            Map.entry("setNetworkTimeout", connection -> connection.setNetworkTimeout(Runnable::run, 1)),
            Map.entry("getNetworkTimeout", Connection::getNetworkTimeout),
            Map.entry("unwrap", connection -> connection.unwrap(PGConnection.class)));

    @OverAll
    void everyMethodThrowsAfterClose(Source source) throws Exception {
        Connection connection = connection(source);
        connection.close();

        SoftAssertions.assertSoftly(softly -> USES_OF_CLOSED.forEach((name, use) ->
                softly.assertThatThrownBy(() -> use.of(connection)).as(name).isInstanceOf(SQLException.class)));
        assertThat(connection.isClosed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"}) // the others throw a plain SQLException
    void clientInfoAfterCloseIsRefusedWithItsOwnException(Source source) throws Exception {
        Connection connection = connection(source);
        connection.close();

        assertThatThrownBy(() -> connection.setClientInfo("ApplicationName", "other"))
                .isInstanceOf(SQLClientInfoException.class);
        assertThatThrownBy(() -> connection.setClientInfo(new Properties())).isInstanceOf(SQLClientInfoException.class);
    }

    @OverAll
    void aClosedConnectionIsNotValid(Source source) throws Exception {
        Connection connection = connection(source);
        assertThat(connection.isValid(5)).isTrue();
        connection.close();

        assertThat(connection.isValid(5)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"}) // the others throw
    void aClosedConnectionIsNoWrapper(Source source) throws Exception {
        Connection connection = connection(source);
        connection.close();

        assertThat(connection.isWrapperFor(PGConnection.class)).isFalse();
        assertRefused(() -> connection.unwrap(PGConnection.class));
    }

    @OverAll
    void aNegativeTimeoutOfIsValidIsRefused(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            assertRefused(() -> connection.isValid(-1));
        }
    }

    @OverAll
    void closingAgainDoesNothingToTheNextBorrower(Source source) throws Exception {
        Connection first = connection(source);
        first.close();
        try (Connection second = connection(source)) {
            first.close();

            assertThat(second.isClosed()).isFalse();
            assertThat(value(second, "SELECT 1")).isEqualTo("1");
            assertThat(first).isNotEqualTo(second);
        }
    }

    @OverAll
    void abortAfterCloseDoesNothingToTheNextBorrower(Source source) throws Exception {
        Connection first = connection(source);
        first.close();
        try (Connection second = connection(source)) {
            first.abort(Runnable::run);

            assertThat(value(second, "SELECT 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"}) // HikariCP: open until its close(); Agroal: never replaced
    void anAbortedConnectionIsClosedAndReplaced(Source source) throws Exception {
        Connection connection = connection(source);
        int backend = backend(connection);
        connection.abort(Runnable::run);

        assertThat(connection.isClosed()).isTrue();
        assertRefused(connection::createStatement);
        connection.close();
        try (Connection next = connection(source)) {
            assertThat(backend(next)).isNotEqualTo(backend);
        }
    }

    @OverAll
    void aStatementOfAClosedConnectionWritesNothingIntoTheNextTransaction(Source source) throws Exception {
        Connection first = connection(source);
        Statement statement = first.createStatement();
        PreparedStatement prepared = first.prepareStatement("INSERT INTO things VALUES (1)");
        PreparedStatement batch = first.prepareStatement("INSERT INTO things VALUES (1)");
        batch.addBatch();
        CallableStatement call = first.prepareCall("INSERT INTO things VALUES (1)");
        first.close();
        try (Connection second = transaction(source)) {
            execute(second, "SELECT 1");

            assertRefused(() -> statement.executeUpdate("INSERT INTO things VALUES (1)"));
            assertRefused(prepared::executeUpdate);
            assertRefused(batch::executeBatch);
            assertRefused(call::execute);
            assertThat(value(second, "SELECT count(*) FROM things")).isEqualTo("0");
            second.rollback();
        }
        assertThat(statement.isClosed()).isTrue();
        assertThat(prepared.isClosed()).isTrue();
        assertThat(call.isClosed()).isTrue();
    }

    @OverAll
    void aResultSetIsClosedWithItsConnection(Source source) throws Exception {
        Connection connection = connection(source);
        ResultSet rows = connection.createStatement().executeQuery("SELECT generate_series(1, 3)");
        ResultSet prepared = connection.prepareStatement("SELECT 1").executeQuery();
        rows.next();
        connection.close();

        assertThat(rows.isClosed()).isTrue();
        assertThat(prepared.isClosed()).isTrue();
        assertRefused(rows::next);
        assertRefused(() -> rows.getInt(1));
    }

    @OverAll
    void aResultSetOfACallableStatementIsClosedWithItsConnection(Source source) throws Exception {
        Connection connection = connection(source);
        ResultSet rows = connection.prepareCall("SELECT 1").executeQuery();
        connection.close();

        assertThat(rows.isClosed()).isTrue();
        assertRefused(rows::next);
    }

    @OverAll
    void anUpdatableResultSetOfAClosedConnectionWritesNothingIntoTheNextTransaction(Source source) throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("INSERT INTO numbered (name) VALUES ('before')"));
        Connection first = connection(source);
        ResultSet row = first.prepareCall(
                        "SELECT number, name FROM numbered",
                        ResultSet.TYPE_SCROLL_INSENSITIVE,
                        ResultSet.CONCUR_UPDATABLE)
                .executeQuery();
        row.next();
        first.close();
        try (Connection second = transaction(source)) {
            execute(second, "SELECT 1");
            assertRefused(() -> {
                row.updateString("name", "after");
                row.updateRow();
            });
            assertThat(value(second, "SELECT name FROM numbered")).isEqualTo("before");
            second.rollback();
        }
    }

    @OverAll
    void prepareCallOnAClosedConnectionBeginsNoTransactionOfTheNextBorrower(Source source) throws Exception {
        Connection first = transaction(source);
        first.close();
        try (Connection second = connection(source)) {
            assertRefused(() -> first.prepareCall("SELECT 1"));

            execute(second, "INSERT INTO things VALUES (1)");
            assertThat(database.count("things")).isEqualTo(1);
        }
    }

    @OverAll
    void getConnectionOfAStatementIsTheConnection(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            assertThat(connection.createStatement().getConnection()).isSameAs(connection);
            assertThat(connection.prepareStatement("SELECT 1").getConnection()).isSameAs(connection);
            assertThat(connection.prepareCall("SELECT 1").getConnection()).isSameAs(connection);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AGROAL") // where it is the driver's
    void getConnectionOfTheMetadataIsTheConnection(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
        }
    }

    @OverAll
    void theConnectionAndItsStatementsUnwrapToTheDriver(Source source) throws Exception {
        try (Connection connection = connection(source);
                Statement statement = connection.createStatement()) {
            assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
            assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isEqualTo(backend(connection));
            assertThat(connection.isWrapperFor(ResultSet.class)).isFalse();
            assertRefused(() -> connection.unwrap(ResultSet.class));
            assertThat(statement.isWrapperFor(org.postgresql.PGStatement.class)).isTrue();
            assertThat(statement.unwrap(org.postgresql.PGStatement.class)).isNotNull();
        }
    }
}
