package com.ketomealplan.neon.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.migration.ChangeLog.Changeset;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of pending changesets. */
class PendingChangesetsTest {

    private static final String FILE = "migrations.xml";
    private static final int ALL = 9;

    private static Optional<Integer> count(TestDatabase database, String file) throws SQLException {
        try (Connection connection = database.connect()) {
            return new PendingChangesets(file, "the database", Optional.empty()).count(connection);
        }
    }

    @Test
    void countsTheChangesetsThatTheDatabaseLacks() throws SQLException {
        TestDatabase database = TestDatabase.migrated();
        assertThat(count(database, FILE)).contains(0);

        database.jdbi()
                .useHandle(handle -> handle.execute("DELETE FROM databasechangelog WHERE id = 'idempotency-keys'"));
        assertThat(count(database, FILE)).contains(1);
        assertThat(count(TestDatabase.empty(), FILE)).contains(ALL);
    }

    /** A role that may use only the tables of the service is no reason for a warning. */
    @Test
    void isUnknownIfTheRoleMayNotReadTheAppliedChangesets() throws SQLException {
        TestDatabase database = TestDatabase.migrated();
        String role = database.endpoint().database() + "_reader";
        database.jdbi().useHandle(handle -> handle.execute("CREATE ROLE " + role));
        try (Connection connection = database.connect()) {
            connection.createStatement().execute("SET ROLE " + role);

            assertThat(new PendingChangesets(FILE, "the database", Optional.empty()).count(connection))
                    .isEmpty();
        }
    }

    @Test
    void isUnknownForAChangeLogThatCannotBeRead() throws SQLException {
        assertThat(count(TestDatabase.empty(), "none.xml")).isEmpty();
        assertThat(count(TestDatabase.empty(), "config.yml")).isEmpty();
    }

    /** It may be pending although it was applied once, or never become so; only Liquibase can tell, as of a line it alone can read. */
    @ParameterizedTest
    @ValueSource(strings = {"repeated", "conditional", "ignored", "unreadable"})
    void isUnknownIfAChangesetIsNotRunOnceInEachDatabase(String file) throws SQLException {
        assertThat(count(TestDatabase.empty(), "changes/" + file + ".xml")).isEmpty();
    }

    @Test
    void anAuthorMayHaveSpaces() throws SQLException {
        assertThat(count(TestDatabase.empty(), "changes/spaced.xml")).contains(2);
    }

    @Test
    void theChangeLogHasTheChangesetsThatLiquibaseApplies() {
        TestDatabase database = TestDatabase.migrated();

        assertThat(ChangeLog.read(FILE).orElseThrow())
                .containsExactlyInAnyOrderElementsOf(database.jdbi()
                        .withHandle(handle -> handle.createQuery("SELECT author, id FROM databasechangelog")
                                .map((row, context) -> new Changeset(row.getString(1), row.getString(2)))
                                .list()));
    }
}
