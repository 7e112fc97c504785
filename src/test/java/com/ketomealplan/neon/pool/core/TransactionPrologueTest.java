package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.FlightCounter;
import com.ketomealplan.testing.TestDatabase;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The prologue of a transaction (here its isolation level and the query for its identity) is sent with its first statement, whatever
 * kind of statement that is. With a prepared one it costs no further round trip.
 */
class TransactionPrologueTest {

    private static final String SQL = "INSERT INTO things (name) VALUES (?)";

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private FlightCounter counter;
    private Pool pool;
    private Connection connection;

    /** Executes an insert of one row, each in its way. */
    @FunctionalInterface
    interface Insert {
        void into(Connection connection) throws SQLException;
    }

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("""
                        CREATE TABLE things (id int GENERATED ALWAYS AS IDENTITY, name text, level text
                            DEFAULT current_setting('transaction_isolation'), xid xid8 DEFAULT pg_current_xact_id());
                        CREATE FUNCTION create_thing(name text) RETURNS int LANGUAGE sql
                            RETURN (SELECT length(name));
                        CREATE PROCEDURE insert_thing(name text) LANGUAGE sql
                            AS 'INSERT INTO things (name) VALUES (name)';
                        """));
    }

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things"));
        counter = new FlightCounter(database.endpoint().hosts().get(0).port());
        String url = database.url()
                .replace("@" + database.endpoint().hosts().get(0) + "/", "@127.0.0.1:" + counter.port() + "/");
        pool = pools.keeping(1, Connectors.to(Endpoint.parse(url)));
        connection = pool.getConnection();
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setAutoCommit(false);
        counter.roundTrips();
    }

    @AfterEach
    void end() throws Exception {
        connection.close();
        counter.close();
    }

    private static Named<Insert> insert(String name, Insert insert) {
        return Named.of(name, insert);
    }

    private static PreparedStatement named(PreparedStatement statement, String name) throws SQLException {
        statement.setString(1, name);
        return statement;
    }

    static Named<?>[] insertsInOneRoundTrip() {
        return new Named<?>[] {
            insert("executeUpdate", connection -> {
                try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
                    assertThat(statement.executeUpdate()).isEqualTo(1);
                }
            }),
            insert("executeLargeUpdate", connection -> {
                try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
                    assertThat(statement.executeLargeUpdate()).isEqualTo(1);
                }
            }),
            insert("execute", connection -> {
                try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
                    assertThat(statement.execute()).isFalse();
                    assertThat(statement.getResultSet()).isNull();
                    assertThat(statement.getUpdateCount()).isEqualTo(1);
                    assertThat(statement.getMoreResults()).isFalse();
                    assertThat(statement.getUpdateCount()).isEqualTo(-1);
                }
            }),
            insert("execute with rows", connection -> {
                try (PreparedStatement statement = named(connection.prepareStatement(SQL + " RETURNING name"), "a")) {
                    assertThat(statement.execute()).isTrue();
                    assertOneRow(statement.getResultSet(), "a");
                    assertThat(statement.getMoreResults()).isFalse();
                }
            }),
            insert("executeQuery", connection -> {
                try (PreparedStatement statement = named(connection.prepareStatement(SQL + " RETURNING name"), "a")) {
                    assertOneRow(statement.executeQuery(), "a");
                }
            }),
            insert("of a type", connection -> {
                try (PreparedStatement statement = named(
                        connection.prepareStatement(
                                SQL + " RETURNING name", ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY),
                        "a")) {
                    ResultSet rows = statement.executeQuery();
                    assertThat(rows.last()).isTrue();
                    assertThat(rows.getString(1)).isEqualTo("a");
                }
            }),
        };
    }

    static Named<?>[] otherInserts() {
        return new Named<?>[] {
            insert("a plain statement", connection -> {
                try (Statement statement = connection.createStatement()) {
                    assertThat(statement.executeUpdate("INSERT INTO things (name) VALUES ('a')"))
                            .isEqualTo(1);
                }
            }),
            insert("a batch", connection -> {
                try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
                    statement.addBatch();
                    assertThat(statement.executeBatch()).containsExactly(1);
                }
            }),
            insert("generated keys", connection -> {
                try (PreparedStatement statement =
                        named(connection.prepareStatement(SQL, Statement.RETURN_GENERATED_KEYS), "a")) {
                    assertThat(statement.executeUpdate()).isEqualTo(1);
                    assertThat(statement.getGeneratedKeys().next()).isTrue();
                }
            }),
            insert("generated keys by name", connection -> {
                try (PreparedStatement statement =
                        named(connection.prepareStatement(SQL, new String[] {"name"}), "a")) {
                    assertThat(statement.executeUpdate()).isEqualTo(1);
                    assertOneRow(statement.getGeneratedKeys(), "a");
                }
            }),
            insert("a procedure", connection -> {
                try (CallableStatement statement = connection.prepareCall("CALL insert_thing(?)")) {
                    statement.setString(1, "a");
                    statement.execute();
                }
            }),
        };
    }

    private static void assertOneRow(ResultSet rows, String value) throws SQLException {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo(value);
        assertThat(rows.next()).isFalse();
    }

    private void assertPrologueSent() throws SQLException {
        TransactionIdentity identity = leased(connection).identity().orElseThrow();
        assertThat(value(connection, "SELECT name || ' ' || level || ' ' || xid FROM things ORDER BY id DESC"))
                .isEqualTo("a serializable " + identity.id());
    }

    @ParameterizedTest
    @MethodSource("insertsInOneRoundTrip")
    void aPreparedStatementSendsThePrologueInItsOwnRoundTrip(Insert insert) throws Exception {
        for (int i = 0; i < 2; i++) {
            counter.roundTrips();
            insert.into(connection);
            assertThat(counter.roundTrips()).isEqualTo(1);
            assertPrologueSent();
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("otherInserts")
    void anyOtherStatementIsSentAfterThePrologue(Insert insert) throws Exception {
        for (int i = 0; i < 2; i++) {
            insert.into(connection);
            assertPrologueSent();
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(2);
    }

    @Test
    void aFunctionIsCalledAfterThePrologue() throws Exception {
        try (CallableStatement statement = connection.prepareCall("{? = call create_thing(?)}")) {
            statement.registerOutParameter(1, Types.INTEGER);
            statement.setString(2, "four");
            statement.execute();
            assertThat(statement.getInt(1)).isEqualTo(4);
        }
        assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
    }

    /** Prepared before the transaction began, and executed after another statement has begun it. */
    @Test
    void theSecondStatementSendsNoPrologue() throws Exception {
        try (PreparedStatement first = named(connection.prepareStatement(SQL), "a");
                PreparedStatement second = named(connection.prepareStatement(SQL), "b")) {
            first.executeUpdate();
            TransactionIdentity identity = leased(connection).identity().orElseThrow();
            counter.roundTrips();

            assertThat(second.executeUpdate()).isEqualTo(1);

            assertThat(counter.roundTrips()).isEqualTo(1);
            assertThat(leased(connection).identity()).contains(identity);
        }
        connection.commit();
        assertThat(database.count("things")).isEqualTo(2);
    }

    @Test
    void theSameStatementSendsThePrologueOfTheNextTransaction() throws Exception {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            String previous = "";
            for (int i = 0; i < 3; i++) {
                counter.roundTrips();
                statement.setString(1, "a");
                assertThat(statement.executeUpdate()).isEqualTo(1);
                assertThat(counter.roundTrips()).isEqualTo(1);
                assertPrologueSent();
                String id = leased(connection).identity().orElseThrow().id();
                assertThat(id).isNotEqualTo(previous);
                previous = id;
                connection.commit();
            }
        }
        assertThat(database.count("things")).isEqualTo(3);
    }

    private void insertOne() throws SQLException {
        try (PreparedStatement statement = named(connection.prepareStatement(SQL), "a")) {
            assertThat(statement.executeUpdate()).isEqualTo(1);
            assertThat(statement.toString()).contains("INSERT INTO things");
        }
    }

    @Test
    void inAutoCommitThereIsNoPrologue() throws Exception {
        connection.setAutoCommit(true);
        counter.roundTrips();

        insertOne();

        assertThat(counter.roundTrips()).isEqualTo(1);
        assertThat(leased(connection).identity()).isEmpty();
        assertThat(database.count("things")).isEqualTo(1);
    }
}
