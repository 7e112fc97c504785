package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** JDBC's contract of the settings of transactions: isolation level, schema, and read-only mode. */
class JdbcSettingsTest extends JdbcContract {

    @OverAll
    void theIsolationLevelIsThatOfAllTransactionsOfAReusedStatement(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    PreparedStatement prepared = connection.prepareStatement("SHOW transaction_isolation")) {
                for (int i = 0; i < 3; i++) {
                    assertThat(value(statement, "SHOW transaction_isolation")).isEqualTo("serializable");
                    connection.commit();
                    assertThat(value(prepared)).isEqualTo("serializable");
                    connection.rollback();
                }
            }
        }
    }

    @OverAll
    void theIsolationLevelIsThatOfStatementsInAutoCommit(Source source) throws Exception {
        try (Connection connection = connection(source);
                Statement before = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("SHOW transaction_isolation")) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("repeatable read");
            assertThat(value(before, "SHOW transaction_isolation")).isEqualTo("repeatable read");
            assertThat(value(prepared)).isEqualTo("repeatable read");
        }
    }

    @OverAll
    void anIsolationLevelSetInAutoCommitHoldsInTransactionsAndAfter(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("repeatable read");
            connection.setAutoCommit(true);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("repeatable read");
        }
    }

    @OverAll
    void anIsolationLevelCanBeSetAgainBetweenTransactions(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement prepared = connection.prepareStatement("SHOW transaction_isolation")) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(value(prepared)).isEqualTo("serializable");
            connection.commit();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(value(prepared)).isEqualTo("read committed");
            connection.rollback();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HIKARI") // which closes the connection then
    void unknownIsolationLevelsAreRefused(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            for (int level : new int[] {99, Connection.TRANSACTION_NONE, Integer.MIN_VALUE, 3}) {
                assertRefused(() -> connection.setTransactionIsolation(level));
            }
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    @OverAll
    void theIsolationLevelOfATransactionThatHasBegunCannotBeChanged(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "SELECT 1");
            assertState("25001", () -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
            connection.rollback();
        }
    }

    @OverAll
    void aTransactionThatHasBegunCannotBecomeReadOnly(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "SELECT 1");
            assertState("25001", () -> connection.setReadOnly(true));
            assertThat(connection.isReadOnly()).isFalse();
            connection.rollback();
        }
    }

    @OverAll
    void whatIsOnlyMadeBeginsNoTransaction(Source source) throws Exception {
        try (Connection connection = transaction(source);
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("INSERT INTO things VALUES (1)")) {
            assertThat(connection.prepareCall("SELECT 1")).isNotNull();
            assertThat(connection.getMetaData().getURL()).isNotEmpty();
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);

            assertThat(value(statement, "SHOW transaction_read_only")).isEqualTo("on");
            assertThat(value(statement, "SHOW transaction_isolation")).isEqualTo("serializable");
            assertState("25006", prepared::executeUpdate);
            connection.rollback();
        }
    }

    @OverAll
    void aReadOnlyConnectionCanBecomeOneThatWrites(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (1)")) {
            connection.setReadOnly(true);
            assertState("25006", insert::executeUpdate);
            connection.rollback();
            connection.setReadOnly(false);
            assertThat(insert.executeUpdate()).isEqualTo(1);
            connection.commit();
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    @OverAll
    void setTransactionCanBeTheFirstStatement(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY");
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
            assertState("25006", () -> execute(connection, "INSERT INTO things VALUES (1)"));
            connection.rollback();
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("read committed");
            connection.rollback();
        }
    }

    @OverAll
    void setTransactionCanBeTheFirstPreparedStatement(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement set =
                        connection.prepareStatement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")) {
            set.execute();
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("repeatable read");
            connection.rollback();
        }
    }

    @OverAll
    void theSchemaIsThatOfAllTransactionsOfAReusedStatement(Source source) throws Exception {
        try (Connection connection = transaction(source);
                Statement statement = connection.createStatement()) {
            connection.setSchema("other");
            connection.commit();
            try (PreparedStatement prepared = connection.prepareStatement("INSERT INTO others VALUES (?)")) {
                for (int i = 0; i < 2; i++) {
                    statement.executeUpdate("INSERT INTO others VALUES (1)");
                    connection.commit();
                    prepared.setInt(1, 2);
                    prepared.executeUpdate();
                    connection.commit();
                }
            }
            connection.setSchema("public");
            connection.commit();
        }
        assertThat(database.count("other.others")).isEqualTo(4);
    }

    @OverAll
    void theSchemaIsThatOfAllStatementsInAutoCommit(Source source) throws Exception {
        try (Connection connection = connection(source);
                Statement statement = connection.createStatement();
                PreparedStatement before = connection.prepareStatement("INSERT INTO others VALUES (1)")) {
            connection.setSchema("other");
            assertThat(connection.getSchema()).isEqualTo("other");
            assertThat(value(statement, "SELECT current_schema")).isEqualTo("other");
            before.executeUpdate();
            statement.executeUpdate("INSERT INTO others VALUES (2)");
            statement.executeUpdate("INSERT INTO others VALUES (3)", Statement.RETURN_GENERATED_KEYS);
            statement.addBatch("INSERT INTO others VALUES (4)");
            statement.executeBatch();
            statement.setFetchSize(1);
            assertThat(value(statement, "SELECT count(*) FROM others")).isEqualTo("4");
            try (PreparedStatement prepared =
                    connection.prepareStatement("INSERT INTO others VALUES (?)", new String[] {"id"})) {
                prepared.setInt(1, 5);
                prepared.executeUpdate();
                prepared.setInt(1, 6);
                prepared.addBatch();
                prepared.executeBatch();
            }
            connection.setSchema("public");
        }
        assertThat(database.count("other.others")).isEqualTo(6);
    }

    @OverAll
    void noSchemaIsTheOneOfTheSession(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setSchema("other");
            connection.setSchema(null);
            assertThat(connection.getSchema()).isEqualTo("public");
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
            connection.setAutoCommit(false);
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
            connection.rollback();
        }
    }

    @OverAll
    void callsAndMetadataInAutoCommitHaveTheSchema(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setSchema("other");
            connection.prepareCall("INSERT INTO others VALUES (1)").execute();
            try (PreparedStatement prepared = connection.prepareStatement("SELECT id FROM others WHERE id = ?")) {
                assertThat(prepared.getMetaData().getColumnCount()).isEqualTo(1);
                assertThat(prepared.getParameterMetaData().getParameterCount()).isEqualTo(1);
                prepared.setInt(1, 1);
                assertThat(value(prepared)).isEqualTo("1");
            }
            connection.setSchema("public");
        }
    }

    @OverAll
    void theMetadataOfAPreparedStatementInATransactionHasTheSchema(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            connection.setSchema("other");
            try (PreparedStatement prepared = connection.prepareStatement("SELECT id FROM others")) {
                assertThat(prepared.getMetaData().getColumnCount()).isEqualTo(1);
                assertThat(prepared.executeQuery().next()).isFalse();
            }
            connection.rollback();
            connection.setSchema("public");
            connection.commit();
        }
    }

    @OverAll
    void anIsolationLevelThatIsSetBySqlIsRead(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setAutoCommit(false);
            execute(connection, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");

            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);

            connection.rollback();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    @OverAll
    void theSchemaOfTheSessionCanBeSetAgainInATransaction(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            connection.setSchema("other");
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("other");
            connection.setSchema(null);
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
            connection.rollback();
        }
    }

    @OverAll
    void theSchemaHoldsInATransactionThatSqlHasBegun(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            execute(connection, "BEGIN");
            connection.setSchema("other");
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("other");
            execute(connection, "ROLLBACK");
        }
    }
}
