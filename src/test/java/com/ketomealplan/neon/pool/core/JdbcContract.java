package com.ketomealplan.neon.pool.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.testing.TestDatabase;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What JDBC promises of any pool's connections, over ours, and over two other pools, which show whether the expectation is right. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JdbcContract {

    /** The pools, each of so many connections. */
    enum Source {
        POOLED {
            @Override
            DataSource open(TestDatabase database, int connections) {
                return ours(
                        database,
                        com.ketomealplan.neon.pool.Retention.pooled(connections, 0, TestPools.HOUR, TestPools.HOUR));
            }
        },
        PER_REQUEST {
            @Override
            DataSource open(TestDatabase database, int connections) {
                return ours(database, com.ketomealplan.neon.pool.Retention.perRequest(connections));
            }
        },
        HIKARI {
            @Override
            DataSource open(TestDatabase database, int connections) {
                HikariConfig config = new HikariConfig();
                config.setJdbcUrl(database.endpoint().jdbcUrl());
                config.setDataSourceProperties(database.endpoint().connectionProperties());
                config.setMaximumPoolSize(connections);
                config.setConnectionTimeout(5_000);
                return new HikariDataSource(config);
            }
        },
        AGROAL {
            @Override
            DataSource open(TestDatabase database, int connections) throws SQLException {
                Properties properties = database.endpoint().connectionProperties();
                return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(pool -> pool.maxSize(connections)
                                .acquisitionTimeout(java.time.Duration.ofSeconds(5))
                                .connectionFactoryConfiguration(factory -> {
                                    factory.jdbcUrl(database.endpoint().jdbcUrl())
                                            .principal(new NamePrincipal(properties.getProperty("user")))
                                            .credential(new SimplePassword(database.password()));
                                    properties.stringPropertyNames().stream()
                                            .filter(name -> !name.equals("user") && !name.equals("password"))
                                            .forEach(name -> factory.jdbcProperty(name, properties.getProperty(name)));
                                    return factory;
                                })));
            }
        };

        abstract DataSource open(TestDatabase database, int connections) throws SQLException;

        private static Pool ours(TestDatabase database, com.ketomealplan.neon.pool.Retention retention) {
            return new ConnectionPool(
                    "test",
                    new WakeGate(database.connector()),
                    retention,
                    new QueueLimits(TestPools.LONG, 1_000),
                    TestPools.LONG,
                    TestPools.HOUR);
        }
    }

    /** A behaviour of all pools. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @ParameterizedTest
    @EnumSource
    @interface OverAll {}

    /** What is done with a connection. */
    @FunctionalInterface
    interface Use {
        void of(Connection connection) throws Exception;
    }

    /** What is done with a statement. */
    @FunctionalInterface
    interface StatementUse {
        void of(Statement statement) throws Exception;
    }

    final TestDatabase database = TestDatabase.empty();

    private final Map<Source, DataSource> sources = new EnumMap<>(Source.class);

    private final List<Connection> opened = new ArrayList<>();

    @BeforeAll
    void createTables() {
        database.jdbi().useHandle(handle -> handle.execute("""
                CREATE TABLE things (id int, name text, taken timestamp, content bytea);
                CREATE TABLE numbered (number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
                CREATE SCHEMA other;
                CREATE TABLE other.others (id int);
                CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n'
                """));
    }

    @BeforeEach
    void emptyTables() {
        database.jdbi()
                .useHandle(handle -> handle.execute(
                        "SET lock_timeout = '10s'; TRUNCATE things, numbered, other.others RESTART IDENTITY"));
    }

    @AfterEach
    void closeConnections() throws SQLException {
        for (Connection connection : opened) {
            connection.close();
        }
        opened.clear();
    }

    @AfterAll
    void close() throws Exception {
        for (DataSource source : sources.values()) {
            close(source);
        }
    }

    static void close(DataSource source) throws Exception {
        if (source instanceof Pool pool) {
            pool.stop();
        } else {
            ((AutoCloseable) source).close();
        }
    }

    DataSource dataSource(Source source) throws SQLException {
        DataSource open = sources.get(source);
        if (open == null) {
            open = source.open(database, 1);
            sources.put(source, open);
        }
        return open;
    }

    Connection connection(Source source) throws SQLException {
        Connection connection = dataSource(source).getConnection();
        opened.add(connection);
        return connection;
    }

    /** A connection that is not in auto-commit, and has not begun anything. */
    Connection transaction(Source source) throws SQLException {
        Connection connection = connection(source);
        connection.setAutoCommit(false);
        return connection;
    }

    /** Does it in auto-commit, as the first of a transaction, and as a later one. */
    void eachWay(Source source, StatementUse use) throws Exception {
        try (Connection connection = connection(source)) {
            try (Statement statement = connection.createStatement()) {
                use.of(statement);
            }
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                use.of(statement);
                connection.rollback();
                use.of(statement);
                use.of(statement);
                connection.rollback();
            }
        }
    }

    /** Does it in auto-commit, as the first of a transaction, and after another statement. */
    void always(Source source, Use use) throws Exception {
        try (Connection connection = connection(source)) {
            use.of(connection);
            connection.setAutoCommit(false);
            use.of(connection);
            connection.rollback();
            TestPools.execute(connection, "SELECT 1");
            use.of(connection);
            connection.rollback();
        }
    }

    static String value(Connection connection, String sql) throws SQLException {
        return TestPools.value(connection, sql);
    }

    static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    static String value(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** Complains if it does not end with this SQL state. */
    static void assertState(String state, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> org.assertj.core.api.Assertions.assertThat(e.getSQLState())
                                .isEqualTo(state));
    }

    static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(SQLException.class);
    }
}
