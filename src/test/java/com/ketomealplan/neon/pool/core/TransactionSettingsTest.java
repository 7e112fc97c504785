package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Isolation, read-only mode, schema and time-outs: they hold for the transactions of the borrower who sets them, and the next
 * borrower of the same connection has the server's defaults.
 */
class TransactionSettingsTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private Pool pool;
    private int backend;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("""
                        CREATE TABLE things (id int);
                        CREATE SCHEMA other;
                        CREATE SCHEMA "odd ""; name";
                        """));
    }

    @BeforeEach
    void begin() throws Exception {
        pool = pools.keeping(1, database.connector());
        backend = backend(pool);
    }

    private static void end(Connection connection) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }

    /** A connection of the same session as before, inside a transaction. */
    private Connection nextBorrower() throws SQLException {
        Connection connection = pool.getConnection();
        assertThat(backend(connection)).isEqualTo(backend);
        connection.setAutoCommit(false);
        return connection;
    }

    @ParameterizedTest
    @CsvSource({"2, read committed", "4, repeatable read", "8, serializable", "1, read uncommitted"})
    void theIsolationLevelIsThatOfAllTransactionsOfTheBorrower(int level, String name) throws Exception {
        try (Connection connection = nextBorrower()) {
            connection.setTransactionIsolation(level);
            assertThat(connection.getTransactionIsolation()).isEqualTo(level);
            for (int i = 0; i < 2; i++) {
                assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo(name);
                connection.commit();
            }
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo(name);
            connection.rollback();
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo(name);
            assertThat(value(connection, "SHOW default_transaction_isolation")).isEqualTo("read committed");
            end(connection);
        }
    }

    /** Also READ COMMITTED, which JDBC reports before it is set: the server may have another default. */
    @ParameterizedTest
    @CsvSource({"2, read committed", "4, repeatable read"})
    void theIsolationLevelIsSetWhateverTheDefault(int level, String name) throws Exception {
        Endpoint serializable =
                Endpoint.parse(database.url() + "?options=-c%20default_transaction_isolation%3Dserializable");
        Pool other = pools.keeping(1, Connectors.to(serializable));
        try (Connection connection = other.getConnection()) {
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
            connection.setTransactionIsolation(level);

            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo(name);
            connection.setAutoCommit(false);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo(name);
            connection.rollback();
        }
    }

    @Test
    void theNextBorrowerHasTheDefaultIsolationLevel() throws Exception {
        try (Connection connection = nextBorrower()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            execute(connection, "SELECT 1");
            end(connection);
        }
        try (Connection connection = nextBorrower()) {
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("read committed");
            end(connection);
        }
    }

    @Test
    void theIsolationLevelOfATransactionThatHasBegunStays() throws Exception {
        try (Connection connection = nextBorrower()) {
            execute(connection, "SELECT 1");

            assertThatThrownBy(() -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25001"));

            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("read committed");
            end(connection);
        }
    }

    @Test
    void aReadOnlyTransactionRefusesToWrite() throws Exception {
        try (Connection connection = nextBorrower()) {
            connection.setReadOnly(true);
            for (int i = 0; i < 2; i++) {
                assertThat(value(connection, "SHOW transaction_read_only")).isEqualTo("on");
                assertThat(leased(connection).isReadOnly()).isTrue();
                assertThat(leased(connection).identity()).isEmpty();
                assertThatThrownBy(() -> execute(connection, "INSERT INTO things VALUES (1)"))
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo("25006"));
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    @Test
    void theNextBorrowerMayWrite() throws Exception {
        try (Connection connection = nextBorrower()) {
            connection.setReadOnly(true);
            execute(connection, "SELECT 1");
            end(connection);
        }
        try (Connection connection = nextBorrower()) {
            assertThat(leased(connection).isReadOnly()).isFalse();
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(value(connection, "INSERT INTO things VALUES (1) RETURNING id"))
                    .isEqualTo("1");
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {"other", "odd \"; name"})
    void theSchemaIsThatOfAllTransactionsOfTheBorrower(String schema) throws Exception {
        try (Connection connection = nextBorrower()) {
            connection.setSchema(schema);
            for (int i = 0; i < 2; i++) {
                assertThat(value(connection, "SELECT current_schema")).isEqualTo(schema);
                assertThat(connection.getSchema()).isEqualTo(schema);
                connection.commit();
            }
            end(connection);
        }
        try (Connection connection = nextBorrower()) {
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
            end(connection);
        }
    }

    @Test
    void theSchemaOfATransactionThatHasBegunChangesAtOnce() throws Exception {
        try (Connection connection = nextBorrower()) {
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
            connection.setSchema("other");
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("other");
            end(connection);
        }
        try (Connection connection = nextBorrower()) {
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
            end(connection);
        }
    }

    /** What is done past the pool, as COPY is, is inside the transaction too. */
    @Test
    void theDriversConnectionIsInsideTheTransaction() throws Exception {
        try (Connection connection = nextBorrower()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);

            Connection driver = connection.unwrap(org.postgresql.jdbc.PgConnection.class);

            assertThat(value(driver, "SHOW transaction_isolation")).isEqualTo("serializable");
            end(connection);
        }
    }

    /** So that the server ends what this side can no longer end. */
    @Test
    void theServerKnowsTheDeadline() throws Exception {
        Deadline.within(Duration.ofMinutes(10), Duration.ZERO, () -> {
            Deadline deadline = Deadline.current().orElseThrow();
            try (Connection connection = nextBorrower()) {
                Duration before = deadline.remaining();
                assertIsTimeLeft(connection, "statement_timeout", before, deadline::remaining);
                assertIsTimeLeft(connection, "idle_in_transaction_session_timeout", before, deadline::remaining);
                end(connection);
            }
            return null;
        });
        Deadline own = Deadline.in(Duration.ofHours(1)); // the pool's
        try (Connection connection = nextBorrower()) {
            assertIsTimeLeft(connection, "statement_timeout", own.duration(), own::remaining);
            end(connection);
        }
    }

    /** Asserts that a timeout is the time that was left when it was set, in whole seconds and one more. */
    private static void assertIsTimeLeft(Connection connection, String timeout, Duration before, Supplier<Duration> now)
            throws SQLException {
        long seconds = Long.parseLong(
                value(connection, "SELECT extract(epoch FROM current_setting('" + timeout + "')::interval)::int"));
        assertThat(seconds)
                .isBetween(
                        now.get().plusSeconds(1).toSeconds(),
                        before.plusSeconds(1).toSeconds());
    }

    /** The session's timeout would be too short, and a setting of such a statement's own is not possible. */
    @Test
    void whatIsNotInATransactionHasTheTimeOfItsDeadlineAlsoInAnAlteredSession() throws Exception {
        Pool other = pools.keeping(
                1, Connectors.to(Endpoint.parse(database.url())).withSessionTimeout(Duration.ofSeconds(6)));
        Deadline own = Deadline.in(Duration.ofHours(1)); // the pool's
        try (Connection connection = other.getConnection()) {
            connection.setClientInfo("ApplicationName", "borrower");
            execute(connection, "VACUUM things");

            Connection driver = connection.unwrap(org.postgresql.jdbc.PgConnection.class);
            assertIsTimeLeft(driver, "statement_timeout", own.duration(), own::remaining);
        }
    }

    /** Outside of requests, where the session's timeout, which is that of requests, would be too short. */
    @Test
    void aTimeoutOfTheUrlHoldsWhateverTheDeadline() throws Exception {
        Endpoint limited = Endpoint.parse(database.url() + "?options=-c%20statement_timeout%3D2s");
        Pool other = pools.keeping(1, Connectors.to(limited).withSessionTimeout(Duration.ofSeconds(6)));
        try (Connection connection = other.getConnection()) {
            assertThat(value(connection, "SELECT current_setting('statement_timeout')"))
                    .isEqualTo("2s");
            execute(connection, "VACUUM things");
            assertThat(value(connection, "SELECT current_setting('statement_timeout')"))
                    .isEqualTo("2s");
            connection.setAutoCommit(false);
            assertThat(value(connection, "SELECT current_setting('statement_timeout')"))
                    .isEqualTo("2s");
            end(connection);
        }
    }

    /**
     * The driver sends a flight in two parts once it has described the last statement at the server, which it does for a parameter without a
     * type, and the statement may answer with much.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSettingsOfAStatementHoldHoweverOftenItIsExecuted(boolean schema) throws Exception {
        database.jdbi()
                .useHandle(
                        handle -> handle.execute(
                                "CREATE TABLE IF NOT EXISTS other.named (name text); CREATE TABLE IF NOT EXISTS named (name text)"));
        try (Connection connection = pool.getConnection()) {
            if (schema) {
                connection.setSchema("other");
            } else {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            }
            String setting = schema ? "search_path" : "transaction_isolation";
            String sql = "SELECT current_setting('" + setting + "'), name FROM named WHERE name = ? UNION ALL SELECT"
                    + " current_setting('" + setting + "'), NULL";
            for (int execution = 1; execution <= 12; execution++) {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    statement.setNull(1, Types.OTHER);
                    try (ResultSet rows = statement.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                        assertThat(rows.getString(1))
                                .as("execution %d", execution)
                                .isEqualTo(schema ? "\"other\"" : "serializable");
                    }
                }
            }
        }
    }

    /** A pooler does not keep it for the session. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void metadataHasTheSchemaOfTheUrlBehindAPooler(boolean autoCommit) throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE other.others (id int)"));
        Endpoint pooled = Endpoint.parse(database.url() + "?pgbouncer=true&currentSchema=other");
        Pool other = pools.keeping(1, Connectors.to(pooled));
        try (Connection connection = other.getConnection()) {
            connection.setAutoCommit(autoCommit);
            assertThat(autoCommit ? "other" : connection.getSchema()).isEqualTo("other");
            connection.setAutoCommit(true);
            connection.setAutoCommit(autoCommit);
            try (PreparedStatement select = connection.prepareStatement("SELECT id FROM others WHERE id = ?")) {
                assertThat(select.getMetaData().getColumnCount()).isEqualTo(1);
            }
            connection.setAutoCommit(true);
        } finally {
            database.jdbi().useHandle(handle -> handle.execute("DROP TABLE other.others"));
        }
    }
}
