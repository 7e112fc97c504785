package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.FlightCounter;
import com.ketomealplan.testing.TestDatabase;
import java.io.StringReader;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/** Queries without BEGIN make their session read-only by default; nobody notices but who counts statements. */
class ReadOnlyDefaultTest {

    private static final String DEFAULT = "SELECT current_setting('default_transaction_read_only')";

    private final TestDatabase database = TestDatabase.empty();

    @RegisterExtension
    final TestPools pools = new TestPools();

    private FlightCounter counter;
    private Pool pool;

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("""
                CREATE TABLE things (id int);
                CREATE FUNCTION store() RETURNS int LANGUAGE sql AS 'INSERT INTO things VALUES (7) RETURNING id';
                CREATE PROCEDURE store_it() LANGUAGE sql AS 'INSERT INTO things VALUES (8)';
                """));
        counter = new FlightCounter(database.endpoint().hosts().get(0).port());
        String url = database.url()
                .replace("@" + database.endpoint().hosts().get(0) + "/", "@127.0.0.1:" + counter.port() + "/");
        pool = pools.keeping(1, Connectors.to(Endpoint.parse(url)).withSessionTimeout(Duration.ofHours(1)));
    }

    @AfterEach
    void close() throws Exception {
        pool.stop();
        counter.close();
    }

    private Connection reader() throws SQLException {
        Connection connection = pool.getConnection();
        connection.setReadOnly(true);
        leased(connection).allowStandaloneReads();
        connection.setAutoCommit(false);
        return connection;
    }

    /** As a unit of work reads: by a prepared statement, on a connection of its own. */
    private String read(String sql) throws SQLException {
        try (Connection connection = reader();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            String value = rows.getString(1);
            connection.commit();
            return value;
        }
    }

    /** Reads until the session is read-only by default. */
    private void readTwice() throws SQLException {
        assertThat(read(DEFAULT)).isIn("on", "off");
        assertThat(read(DEFAULT)).isEqualTo("on");
    }

    private Connection writer(boolean autoCommit) throws SQLException {
        readTwice();
        Connection connection = pool.getConnection();
        connection.setAutoCommit(autoCommit);
        return connection;
    }

    private static void end(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private int stored() {
        return database.jdbi().withHandle(handle -> handle.createQuery("SELECT count(*) FROM things")
                .mapTo(int.class)
                .one());
    }

    @Test
    void aQueryIsARoundTripAndNothingIsSentBeforeTheSecond() throws Exception {
        readTwice();
        counter.roundTrips();
        for (int i = 0; i < 10; i++) {
            assertThat(read("SELECT current_setting('transaction_read_only')")).isEqualTo("on");
        }
        assertThat(counter.roundTrips()).isEqualTo(10);
        // What is sent often is sent by a name
        assertThat(read("SELECT string_agg(statement, ' ') FROM pg_prepared_statements"))
                .contains("SELECT current_setting('transaction_read_only')")
                .doesNotContain("SET ");
    }

    @Test
    void aQueryThatWritesIsRefusedHoweverManyHaveReadBefore() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> read("SELECT store()")).satisfies(ReadOnlyDefaultTest::isReadOnly);
            assertThat(read(DEFAULT)).isIn("on", "off");
        }
        assertThat(stored()).isZero();
    }

    private static void isReadOnly(Throwable failure) {
        assertThat(((SQLException) failure).getSQLState()).isEqualTo("25006");
    }

    @Test
    void theDefaultThatWasRolledBackWithItsQueryIsSetByTheNext() throws Exception {
        assertThatThrownBy(() -> read("SELECT 1/0")).isInstanceOf(SQLException.class);
        readTwice();
        assertThatThrownBy(() -> read("SELECT 1/0")).isInstanceOf(SQLException.class);
        assertThat(read(DEFAULT)).isEqualTo("on");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStatementMayWrite(boolean autoCommit) throws Exception {
        try (Connection connection = writer(autoCommit)) {
            execute(connection, "INSERT INTO things VALUES (1)");
            end(connection);
        }
        try (Connection connection = writer(autoCommit);
                PreparedStatement statement = connection.prepareStatement("INSERT INTO things VALUES (?)")) {
            statement.setInt(1, 2);
            assertThat(statement.executeUpdate()).isEqualTo(1);
            end(connection);
        }
        try (Connection connection = writer(autoCommit);
                Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO things VALUES (3)");
            statement.addBatch("INSERT INTO things VALUES (4)");
            assertThat(statement.executeBatch()).containsExactly(1, 1);
            end(connection);
        }
        assertThat(stored()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFunctionOrAProcedureMayWrite(boolean autoCommit) throws Exception {
        try (Connection connection = writer(autoCommit)) {
            assertThat(value(connection, "SELECT store()")).isEqualTo("7");
            end(connection);
        }
        try (Connection connection = writer(autoCommit);
                CallableStatement statement = connection.prepareCall("CALL store_it()")) {
            statement.execute();
            end(connection);
        }
        assertThat(stored()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theDriversConnectionMayWrite(boolean autoCommit) throws Exception {
        try (Connection connection = writer(autoCommit)) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY things FROM STDIN", new StringReader("1\n2\n"));
            end(connection);
        }
        assertThat(stored()).isEqualTo(2);
    }

    /** As without a reader before: nothing is sent around what cannot travel with a setting, but for the first time. */
    @Test
    void whatTravelsAloneIsARoundTripInAutoCommit() throws Exception {
        try (Connection connection = writer(true);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?)");
                PreparedStatement keyed =
                        connection.prepareStatement("INSERT INTO things VALUES (3)", Statement.RETURN_GENERATED_KEYS);
                PreparedStatement streamed = connection.prepareStatement("SELECT count(*) FROM things")) {
            streamed.setFetchSize(10);
            insert.setInt(1, 1);
            insert.addBatch();
            insert.setInt(1, 2);
            insert.addBatch();
            assertThat(insert.executeBatch()).containsExactly(1, 1);
            counter.roundTrips();
            insert.addBatch();
            assertThat(insert.executeBatch()).containsExactly(1);
            assertThat(keyed.executeUpdate()).isEqualTo(1);
            try (ResultSet rows = streamed.executeQuery()) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(4);
            }
            assertThat(counter.roundTrips()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUpdatableResultSetMayWrite(boolean autoCommit) throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("ALTER TABLE things ADD PRIMARY KEY (id)"));
        try (Connection connection = writer(autoCommit);
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT id FROM things", ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows = statement.executeQuery()) {
            rows.moveToInsertRow();
            rows.updateInt("id", 1);
            rows.insertRow();
            end(connection);
        }
        assertThat(stored()).isEqualTo(1);
    }

    /** The transaction that is begun by the end of another one takes the default too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatFollowsTheEndOfATransactionInOneTextMayWrite(boolean autoCommit) throws Exception {
        try (Connection connection = writer(autoCommit)) {
            execute(connection, "INSERT INTO things VALUES (1); COMMIT; INSERT INTO things VALUES (2)");
            end(connection);
        }
        try (Connection connection = writer(autoCommit)) {
            execute(connection, "INSERT INTO things VALUES (3)");
            execute(connection, "COMMIT; BEGIN; INSERT INTO things VALUES (4)");
            execute(connection, "COMMIT");
            end(connection);
        }
        assertThat(stored()).isEqualTo(4);
    }

    @Test
    void theDriversConnectionMayWriteAfterItsTransaction() throws Exception {
        try (Connection connection = writer(false)) {
            PGConnection driver = connection.unwrap(PGConnection.class);
            connection.commit();
            driver.getCopyAPI().copyIn("COPY things FROM STDIN", new StringReader("1\n"));
            end(connection);
        }
        try (Connection connection = writer(true);
                CallableStatement statement = connection.prepareCall("CALL store_it()")) {
            Connection driver =
                    statement.unwrap(org.postgresql.jdbc.PgStatement.class).getConnection();
            execute(driver, "INSERT INTO things VALUES (2)");
        }
        assertThat(stored()).isEqualTo(2);
    }

    /** It is another borrower's by then. */
    @Test
    void nothingIsSentOnAConnectionThatWasReturned() throws Exception {
        Connection returned = writer(true);
        Statement statement = returned.createStatement();
        returned.close();
        counter.roundTrips();

        assertThatThrownBy(() -> statement.unwrap(PGStatement.class)).isInstanceOf(SQLException.class);

        assertThat(counter.roundTrips()).isZero();
    }

    /** Who reads afterwards does not take that for the default of his own. */
    @Test
    void aDefaultThatOthersTurnOnHoldsForWhoWrites() throws Exception {
        try (Connection connection = writer(true)) {
            execute(connection, "CREATE TABLE others (id int)"); // before which the default is turned off
        }
        try (Connection connection = pool.getConnection()) {
            execute(connection, "SET default_transaction_read_only = on"); // as an operator may, for everybody
            connection.setReadOnly(true);
            leased(connection).allowStandaloneReads();
            connection.setAutoCommit(false);
            assertThat(value(connection, DEFAULT)).isEqualTo("on");
            end(connection);
            connection.setReadOnly(false);
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> execute(connection, "INSERT INTO things VALUES (1)"))
                    .satisfies(ReadOnlyDefaultTest::isReadOnly);
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void whatCannotBePartOfATransactionMayWriteInAutoCommit() throws Exception {
        try (Connection connection = writer(true)) {
            execute(connection, "CREATE INDEX CONCURRENTLY things_id ON things (id)");
            execute(connection, "INSERT INTO things VALUES (1)");
        }
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aTransactionThatSqlBeginsMayWrite() throws Exception {
        try (Connection connection = writer(true)) {
            execute(connection, "BEGIN");
            execute(connection, "INSERT INTO things VALUES (1)");
            execute(connection, "COMMIT");
        }
        try (Connection connection = writer(false)) {
            execute(connection, "INSERT INTO things VALUES (2)");
            execute(connection, "COMMIT");
            execute(connection, "INSERT INTO things VALUES (3)");
            end(connection);
        }
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void aTransactionOfTheSameIsolationMayWrite() throws Exception {
        try (Connection connection = writer(false)) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            execute(connection, "INSERT INTO things VALUES (1)");
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
            end(connection);
        }
        assertThat(stored()).isEqualTo(1);
    }

    /** It holds for the transactions of whoever sets it. */
    @Test
    void sqlMayTurnItOn() throws Exception {
        try (Connection connection = writer(true)) {
            execute(connection, "SET default_transaction_read_only = on");
            assertThatThrownBy(() -> execute(connection, "INSERT INTO things VALUES (1)"))
                    .satisfies(ReadOnlyDefaultTest::isReadOnly);
        }
        assertThat(stored()).isZero();
    }

    /** Whose transactions are read-only by the owner's will gets no others. */
    @Test
    void aRoleThatIsReadOnlyByDefaultStaysSo() throws Exception {
        String role = "reader_" + UUID.randomUUID().toString().replace("-", "");
        database.jdbi()
                .useHandle(handle -> handle.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'p';"
                        + "GRANT ALL ON things TO " + role + "; ALTER ROLE " + role
                        + " SET default_transaction_read_only = on"));
        try {
            String url = database.url().replaceFirst("//[^@]*@", "//" + role + ":p@");
            pool = pools.keeping(1, Connectors.to(Endpoint.parse(url)).withSessionTimeout(Duration.ofHours(1)));
            readTwice();
            for (boolean autoCommit : new boolean[] {true, false}) {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(autoCommit);
                    assertThatThrownBy(() -> execute(connection, "INSERT INTO things VALUES (1)"))
                            .satisfies(ReadOnlyDefaultTest::isReadOnly);
                }
            }
        } finally {
            pool.stop();
            database.jdbi().useHandle(handle -> handle.execute("DROP OWNED BY " + role + "; DROP ROLE " + role));
        }
    }

    /** The driver reads it in several flights, for which it needs a transaction. */
    @Test
    void aLargeObjectIsRead() throws Exception {
        long oid = database.jdbi().withHandle(handle -> handle.createQuery("SELECT lo_from_bytea(0, '\\x010203')")
                .mapTo(long.class)
                .one());
        readTwice();
        try (Connection connection = reader();
                PreparedStatement select = connection.prepareStatement("SELECT " + oid + "::oid AS content");
                ResultSet row = select.executeQuery()) {
            row.next();
            assertThat(row.getBlob(1).getBytes(1, 3)).containsExactly(1, 2, 3);
            assertThat(row.getBlob("content").getBytes(1, 3)).containsExactly(1, 2, 3);
            assertThatThrownBy(() -> execute(connection, "INSERT INTO things VALUES (1)"))
                    .isInstanceOf(SQLException.class);
            connection.rollback();
        }
    }
}
