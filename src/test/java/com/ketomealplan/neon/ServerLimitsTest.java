package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The warning that the connections of all instances exceed a limit of the server, the database or the role. */
class ServerLimitsTest {

    private final TestDatabase database = TestDatabase.migrated();
    private final String role = database.endpoint().database() + "_role";

    /** The warnings of a service with a role of its own, which compares twice. */
    private List<String> warnings(PoolingStrategy strategy, int max, int instances) throws SQLException {
        ServerLimits limits = new ServerLimits(strategy, max, instances, "the server");
        PendingChangesets changesets = new PendingChangesets("migrations.xml", "the server", Optional.of(limits));
        try (LoggedLines lines = LoggedLines.of(ServerLimits.class);
                Connection connection = connect()) {
            changesets.compare(connection);
            changesets.compare(connection);
            return lines.all();
        }
    }

    private Connection connect() throws SQLException {
        Properties login = new Properties();
        login.putAll(database.endpoint().connectionProperties());
        login.setProperty("user", role);
        login.setProperty("password", "geheim");
        return DriverManager.getConnection(database.endpoint().jdbcUrl(), login);
    }

    private void limit(int ofRole, int ofDatabase) {
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE ROLE %s LOGIN PASSWORD 'geheim' CONNECTION LIMIT %d".formatted(role, ofRole));
            handle.execute("ALTER DATABASE %s CONNECTION LIMIT %d"
                    .formatted(database.endpoint().database(), ofDatabase));
        });
    }

    @Test
    void theLimitOfTheRoleIsOneWarningWithTheNumbers() throws SQLException {
        limit(3, -1);

        assertThat(warnings(PoolingStrategy.POOLED, 15, 1))
                .containsExactly(
                        "the server: 1 instance of up to 15 connections may open 16, with one for health checks, but the role "
                                + role
                                + " may have 3 (its CONNECTION LIMIT): beyond these, requests wait or fail as database-full. Set POOL_KEEP +"
                                + " POOL_OVERFLOW (database.pooled) to 2 or less, which leaves one for health checks, or raise the limit, or correct INSTANCES"
                                + " (database.instances)");
    }

    @Test
    void theLowestLimitCountsForAllInstances() throws SQLException {
        limit(59, 40);

        assertThat(warnings(PoolingStrategy.PER_REQUEST, 20, 3))
                .singleElement()
                .asString()
                .contains("3 instances of up to 20 connections may open 63, with one each for health checks")
                .contains("the database " + database.endpoint().database() + " takes 40")
                .contains("Set POOL_MAX_PER_REQUEST (database.perRequest.maxConnections) to 12 or less");
    }

    @Test
    void theLimitOfTheServerIsReducedByItsReservedConnections() throws SQLException {
        limit(-1, -1);
        int maximum = database.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT current_setting('max_connections')::int")
                        .mapTo(int.class)
                        .one());

        assertThat(warnings(PoolingStrategy.POOLED, maximum, 1))
                .singleElement()
                .asString()
                .contains("the server takes %d (max_connections %d, of which 3 are reserved)"
                        .formatted(maximum - 3, maximum));
        assertThat(warnings(PoolingStrategy.POOLED, 1, maximum))
                .singleElement()
                .asString()
                .contains("Run fewer instances");
    }

    /** The pools alone fit; their health checks do not. */
    @Test
    void theConnectionsOfHealthChecksAreInTheSum() throws SQLException {
        limit(15, -1);

        assertThat(warnings(PoolingStrategy.POOLED, 5, 3))
                .singleElement()
                .asString()
                .contains("may open 18, ")
                .contains("may have 15");
    }

    /** As on a server whose administrator hides its roles. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theChangesetsAreComparedAlsoWhereTheLimitsCannotBeRead(boolean autoCommit) throws SQLException {
        limit(-1, -1);
        database.jdbi().useHandle(handle -> {
            handle.execute("REVOKE SELECT ON pg_roles FROM PUBLIC");
            handle.execute("GRANT SELECT ON databasechangelog TO " + role);
            handle.execute("DELETE FROM databasechangelog WHERE id = 'idempotency-keys'");
        });
        PendingChangesets changesets = new PendingChangesets(
                "migrations.xml",
                "the server",
                Optional.of(new ServerLimits(PoolingStrategy.POOLED, 15, 1, "the server")));
        try (LoggedLines lines = LoggedLines.of(PendingChangesets.class);
                Connection connection = connect()) {
            connection.setAutoCommit(autoCommit);

            changesets.compare(connection);

            assertThat(lines.all()).singleElement().asString().contains("lacks 1 changeset");
        }
    }

    @ParameterizedTest
    @CsvSource({"14, 1", "4, 3"})
    void aMaximumWithinTheLimitsIsNoWarning(int max, int instances) throws SQLException {
        limit(15, 15);

        assertThat(warnings(PoolingStrategy.POOLED, max, instances)).isEmpty();
    }
}
