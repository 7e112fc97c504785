package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A prepared statement with which the prologue of its transaction is sent behaves as any other one. */
class PreparedStatementPrologueTest {

    private static final String SQL = "INSERT INTO things (name) VALUES (?)";

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private Connection connection;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi()
                .useHandle(handle ->
                        handle.execute("CREATE TABLE things (id int GENERATED ALWAYS AS IDENTITY, name text)"));
    }

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things"));
        connection = pools.keeping(1, database.connector()).getConnection();
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setAutoCommit(false);
    }

    @AfterEach
    void end() throws Exception {
        connection.close();
    }

    private static PreparedStatement named(PreparedStatement statement, String name) throws SQLException {
        statement.setString(1, name);
        return statement;
    }

    private void insertOne() throws SQLException {
        try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
            assertThat(statement.executeUpdate()).isEqualTo(1);
            assertThat(statement.toString()).contains("INSERT INTO things");
        }
    }

    private void assertPrologueSent() throws SQLException {
        assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
        assertThat(leased(connection).identity())
                .map(TransactionIdentity::id)
                .contains(value(connection, "SELECT pg_current_xact_id()"));
    }

    private static void assertOneRow(ResultSet rows, String value) throws SQLException {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo(value);
        assertThat(rows.next()).isFalse();
    }

    private static void assertSqlState(String state, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .isEqualTo(state));
    }

    @Test
    void theSameStatementIsExecutedAgainInItsTransaction() throws Exception {
        try (PreparedStatement statement = connection.prepareStatement("SELECT ?::int + ?")) {
            statement.setInt(1, 1);
            for (int i = 0; i < 7; i++) { // the driver prepares a statement by name at the fifth time
                statement.setInt(2, i);
                try (ResultSet rows = statement.executeQuery()) {
                    assertOneRow(rows, Integer.toString(1 + i));
                }
            }
        }
        assertPrologueSent();
    }

    /** The prologue is not sent again, whatever has been set since. */
    @Test
    void theSameStatementSendsNoPrologueTheSecondTime() throws Exception {
        connection.setSchema("pg_catalog");
        try (PreparedStatement statement = connection.prepareStatement("SELECT current_schema")) {
            assertOneRow(statement.executeQuery(), "pg_catalog");
            execute(connection, "SET LOCAL search_path = public");
            assertOneRow(statement.executeQuery(), "public");
        }
    }

    @Test
    void theSameStatementSendsThePrologueOfTheNextTransactionWithItsSettings() throws Exception {
        try (PreparedStatement statement = connection.prepareStatement("SHOW transaction_isolation")) {
            assertOneRow(statement.executeQuery(), "serializable");
            connection.commit();

            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);

            assertOneRow(statement.executeQuery(), "repeatable read");
        }
    }

    @Test
    void aStatementThatWasTheSecondOneMayBeTheFirstOfTheNextTransaction() throws Exception {
        try (PreparedStatement first = named(connection.prepareStatement(SQL), "a");
                PreparedStatement second = named(connection.prepareStatement(SQL), "b")) {
            first.executeUpdate();
            second.executeUpdate();
            connection.commit();

            assertThat(second.executeUpdate()).isEqualTo(1);
            assertPrologueSent();
        }
    }

    @Test
    void theSameStatementIsExecutedAsABatchLater() throws Exception {
        try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
            statement.executeUpdate();
            for (String name : new String[] {"b", "c"}) {
                statement.setString(1, name);
                statement.addBatch();
            }
            assertThat(statement.executeBatch()).containsExactly(1, 1);
        }
        assertThat(value(connection, "SELECT string_agg(name, ' ' ORDER BY id) FROM things"))
                .isEqualTo("a b c");
    }

    @Test
    void whatIsSetBeforeTheExecutionHolds() throws Exception {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT concat_ws(' ', ?, ?, ?) FROM generate_series(1, 9)")) {
            statement.setString(1, "overwritten");
            statement.setObject(2, 2);
            statement.setNull(3, Types.VARCHAR);
            statement.setString(1, "1");
            statement.setMaxRows(4);
            statement.setFetchSize(3);
            try (ResultSet rows = statement.executeQuery()) {
                int count = 0;
                while (rows.next()) {
                    assertThat(rows.getString(1)).isEqualTo("1 2");
                    count++;
                }
                assertThat(count).isEqualTo(4);
            }
            assertThat(statement.getMaxRows()).isEqualTo(4);
        }
    }

    @Test
    void clearedParametersAreNotSent() throws Exception {
        try (PreparedStatement statement = named(connection.prepareStatement("SELECT ?::text"), "a")) {
            statement.clearParameters();
            assertThatThrownBy(statement::executeQuery).isInstanceOf(SQLException.class);
            connection.rollback();

            statement.setString(1, "b");
            assertOneRow(statement.executeQuery(), "b");
            statement.clearParameters();
            assertThatThrownBy(statement::executeQuery).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void aStatementThatIsClosedBeforeItsExecutionLeavesThePrologueToTheNextOne() throws Exception {
        PreparedStatement never = named(connection.prepareStatement(SQL), "never");
        assertThat(never.isClosed()).isFalse();
        never.close();
        never.close();
        assertThat(never.isClosed()).isTrue();
        assertThatThrownBy(never::executeUpdate).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> never.setString(1, "never")).isInstanceOf(SQLException.class);
        assertThat(leased(connection).identity()).isEmpty();

        insertOne();
        assertPrologueSent();
        connection.commit();
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void anErrorInTheFirstStatementFailsTheTransactionAndRollbackEndsIt() throws Exception {
        try (PreparedStatement statement = connection.prepareStatement("SELECT 1 / ?")) {
            statement.setInt(1, 0);
            assertSqlState("22012", statement::executeQuery);
            assertSqlState("25P02", () -> value(connection, "SELECT 1"));
            assertSqlState("25P02", connection::commit);
            connection.rollback();

            statement.setInt(1, 1);
            assertOneRow(statement.executeQuery(), "1");
        }
        insertOne();
        assertPrologueSent();
        connection.commit();
        assertThat(database.count("things")).isEqualTo(1);
    }

    /** As the driver does for any other statement. */
    @Test
    void rowsWhereNoneAreExpectedAndTheOtherWayRoundAreErrors() throws Exception {
        try (PreparedStatement query = connection.prepareStatement("SELECT 1");
                PreparedStatement update = named(connection.prepareStatement(SQL), "a")) {
            assertSqlState("0100E", query::executeUpdate);
            connection.rollback();
            assertSqlState("02000", update::executeQuery);
            connection.rollback();
        }
        insertOne();
        connection.commit();
        assertThat(database.count("things")).isEqualTo(1);
    }
}
