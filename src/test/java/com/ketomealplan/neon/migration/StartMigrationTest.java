package com.ketomealplan.neon.migration;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** {@code migrateAtStart}. */
class StartMigrationTest {

    private static final String FILE = "migrations.xml";
    private static final int ALL = 9;

    private static void start(TestDatabase database, MigrateAtStart setting) throws Exception {
        start(database.connector(), setting, database);
    }

    private static void start(Connector connector, MigrateAtStart setting, TestDatabase migrated) throws Exception {
        new StartMigration(
                        connector,
                        () -> new MigrationDataSource(migrated.connector(), Duration.ofMinutes(1), () -> {}),
                        new PendingChangesets(FILE, "the database", Optional.empty()),
                        FILE)
                .run(setting);
    }

    @Test
    void concurrentStartsApplyEachChangesetOnce() {
        TestDatabase database = TestDatabase.empty();

        List<Integer> started = Clients.atOnce(4, () -> {
            start(database, MigrateAtStart.TRUE);
            return database.count("databasechangelog");
        });

        assertThat(started).containsExactly(ALL, ALL, ALL, ALL); // none ends before all are applied
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
    }

    /** Otherwise each start of each instance would pay for Liquibase, and wait for the others. */
    @Test
    void aStartWithNothingPendingNeedsNoMigrator() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        PendingChangesets changesets = new PendingChangesets(FILE, "the database", Optional.empty());
        StartMigration start = new StartMigration(
                database.connector(),
                () -> {
                    throw new AssertionError("a migrator was needed");
                },
                changesets,
                FILE);

        start.run(MigrateAtStart.TRUE);
        start.run(MigrateAtStart.CHECK);

        assertThat(changesets.claim())
                .as("whether the first unit of work compares again")
                .isFalse();
    }

    @Test
    void aCheckFailsWithTheCommandThatMigratesAndChangesNothing() {
        TestDatabase database = TestDatabase.empty();

        assertThatThrownBy(() -> start(database, MigrateAtStart.CHECK))
                .isInstanceOf(PendingChangesetsException.class)
                .hasMessageContaining("lacks " + ALL + " changesets")
                .hasMessageContaining("db migrate");
        int tables = database.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
                        .mapTo(int.class)
                        .one());
        assertThat(tables).isZero();
    }

    @Test
    void aFailedChangesetEndsTheStartWithAMessageInOneLine() {
        TestDatabase database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE users (id int)"));

        assertThatThrownBy(() -> start(database, MigrateAtStart.TRUE))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("0001-users.sql::users::keto-meal-plan")
                .hasMessageContaining("relation \"users\" already exists")
                .hasMessageNotContaining("\n")
                .hasNoCause();
    }

    @Test
    void anUnreachableServerEndsTheStartWithAMessageInOneLine() {
        Connector unreachable = Connectors.to(Endpoint.parse("postgresql://u:geheim@127.0.0.1:1/db"));

        for (MigrateAtStart setting : List.of(MigrateAtStart.TRUE, MigrateAtStart.CHECK)) {
            assertThatThrownBy(() -> start(unreachable, setting, null))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("127.0.0.1:1/db")
                    .hasMessageContaining("refused")
                    .hasMessageNotContaining("geheim")
                    .hasMessageNotContaining("\n")
                    .hasNoCause();
        }
    }

    @Test
    void aConnectionLostDuringTheComparisonEndsTheStartWithAMessageInOneLine() {
        TestDatabase database = TestDatabase.migrated();
        Connector losing = new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                PhysicalConnection opened = database.connector().open(atMost, entered);
                database.terminateSessions();
                return opened;
            }

            @Override
            public String target() {
                return "the target";
            }
        };

        for (MigrateAtStart setting : List.of(MigrateAtStart.TRUE, MigrateAtStart.CHECK)) {
            assertThatThrownBy(() -> start(losing, setting, database))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining("the target")
                    .hasMessageContaining("terminating connection due to administrator command")
                    .hasMessageNotContaining("\n")
                    .hasNoCause();
        }
    }

    @Test
    void noConnectionIsOpenedIfItIsOff() throws Exception {
        start(null, MigrateAtStart.FALSE, null);
    }
}
