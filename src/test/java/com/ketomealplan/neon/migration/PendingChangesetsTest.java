package com.ketomealplan.neon.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.migration.ChangeLog.Changeset;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PendingChangesetsTest {

    private static final String FILE = "migrations.xml";
    private static final int ALL = 9;

    private static Optional<Integer> compare(TestDatabase database, String file) throws SQLException {
        try (Connection connection = database.connect()) {
            return new PendingChangesets(file, "the database", Optional.empty()).count(connection);
        }
    }

    @Test
    void countsWhatTheDatabaseLacks() throws SQLException {
        TestDatabase database = TestDatabase.migrated();
        assertThat(compare(database, FILE)).contains(0);

        database.jdbi()
                .useHandle(handle -> handle.execute("DELETE FROM databasechangelog WHERE id = 'idempotency-keys'"));
        assertThat(compare(database, FILE)).contains(1);
        assertThat(compare(TestDatabase.empty(), FILE)).contains(ALL);
    }

    /** A role for the service's tables only is no reason for a warning. */
    @Test
    void doesNotGuessWhatARoleMayNotRead() throws SQLException {
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
    void saysNothingOfAChangeLogThatItCannotRead() throws SQLException {
        assertThat(compare(TestDatabase.empty(), "none.xml")).isEmpty();
        assertThat(compare(TestDatabase.empty(), "config.yml")).isEmpty();
    }

    /** That it was applied once does not say whether it is pending. */
    @Test
    void saysNothingOfAChangesetThatIsRunAgainWhenItChanges() throws SQLException {
        assertThat(compare(TestDatabase.empty(), "changes/repeated.xml")).isEmpty();
    }

    /** Those that Liquibase sees. */
    @Test
    void readsTheServicesOwnChangeLog() {
        TestDatabase database = TestDatabase.migrated();

        assertThat(ChangeLog.read(FILE).orElseThrow())
                .containsExactlyInAnyOrderElementsOf(database.jdbi()
                        .withHandle(handle -> handle.createQuery("SELECT author, id FROM databasechangelog")
                                .map((row, context) -> new Changeset(row.getString(1), row.getString(2)))
                                .list()));
    }
}
