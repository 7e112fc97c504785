package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.awaitExecuting;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Clients;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** JDBC's contract of a connection's return: what the next borrower gets. */
class JdbcReturnTest extends JdbcContract {

    @OverAll
    void warningsDoNotSurviveTheReturn(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setClientInfo("unknown", "value");
            assertThat((Throwable) connection.getWarnings()).isNotNull();
        }
        try (Connection connection = connection(source)) {
            assertThat((Throwable) connection.getWarnings()).isNull();
        }
    }

    @OverAll
    void theNextBorrowerIsInAutoCommitAndMayWrite(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            execute(connection, "SELECT 1");
            connection.commit();
        }
        try (Connection connection = connection(source)) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(value(connection, "SHOW transaction_isolation")).isEqualTo("read committed");
            execute(connection, "INSERT INTO things VALUES (1)");
        }
        assertThat(database.count("things")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AGROAL") // which leaves the one that was set
    void theNextBorrowerHasTheNetworkTimeoutOfBefore(Source source) throws Exception {
        int before;
        try (Connection connection = connection(source)) {
            before = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, 12_345);
        }
        try (Connection connection = connection(source)) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"}) // the others leave the schema that was set
    void theNextBorrowerHasTheSchemaOfBefore(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setSchema("other");
        }
        try (Connection connection = connection(source)) {
            assertThat(connection.getSchema()).isEqualTo("public");
            assertThat(value(connection, "SELECT current_schema")).isEqualTo("public");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AGROAL") // which commits it
    void aTransactionThatIsLeftOpenIsRolledBack(Source source) throws Exception {
        try (Connection connection = transaction(source)) {
            execute(connection, "INSERT INTO things VALUES (1)");
        }
        try (Connection connection = connection(source)) {
            assertThat(value(connection, "SELECT count(*) FROM things")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PER_REQUEST") // which reuses none
    void aConnectionReturnedAfterItsCommitIsReused(Source source) throws Exception {
        int backend;
        try (Connection connection = transaction(source)) {
            backend = backend(connection);
            connection.commit();
        }
        try (Connection connection = connection(source)) {
            assertThat(backend(connection)).isEqualTo(backend);
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @OverAll
    void closingWhileAStatementIsExecutedDoesNotMakeTheNextBorrowerWaitForIt(Source source) throws Exception {
        String sleep = "SELECT pg_sleep(600)";
        Connection first = connection(source);
        CompletableFuture<Void> executing = Clients.async(() -> {
            execute(first, sleep);
            return null;
        });
        awaitExecuting(database, sleep);
        first.close();

        assertThat(failureOf(executing)).isInstanceOf(SQLException.class);
        try (Connection second = connection(source)) {
            assertThat(value(second, "SELECT 1")).isEqualTo("1");
        }
    }
}
