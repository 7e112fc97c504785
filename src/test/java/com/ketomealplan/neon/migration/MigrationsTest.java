package com.ketomealplan.neon.migration;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Migrations of several processes at once. */
class MigrationsTest {

    private static final String FILE = "migrations.xml";
    private static final int ALL = 9;

    private final TestDatabase database = TestDatabase.empty();

    private MigrationDataSource source(Duration wait) {
        return new MigrationDataSource(database.connector(), wait, () -> {});
    }

    @Test
    void concurrentMigrationsApplyEachChangesetOnce() {
        List<Integer> applied = Clients.atOnce(4, () -> Migrations.apply(source(Duration.ofMinutes(1)), FILE));

        assertThat(applied).containsExactlyInAnyOrder(ALL, 0, 0, 0);
        assertThat(database.count("databasechangelog")).isEqualTo(ALL);
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
    }

    @Test
    void aKilledMigratorLeavesNoLock() throws Exception {
        Migrations.apply(source(Duration.ofMinutes(1)), FILE);
        try (Connection killed = source(Duration.ZERO).getConnection()) {
            killed.createStatement().execute("UPDATE databasechangeloglock SET locked = TRUE, lockedby = 'killed'");
            database.terminateSessions();
        }

        assertThat(Migrations.apply(source(Duration.ZERO), FILE)).isZero();
    }

    @Test
    void aMigratorBeginsWhenTheOtherOneIsDone() throws Exception {
        Connection other = source(Duration.ZERO).getConnection();
        CompletableFuture<Connection> next = Clients.async(source(Duration.ofMinutes(1))::getConnection);
        await().until(() -> waitingMigrators() == 1);
        assertThat(next).isNotDone();

        other.close();

        next.join().close();
    }

    /** Returns how many sessions have last asked for the lock: the one that has it has executed something else since. */
    private int waitingMigrators() {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND state = 'idle' AND query LIKE '%pg_try_advisory_lock%'
                        """).mapTo(int.class).one());
    }

    @Test
    void theWaitForAnotherMigratorTimesOut() throws Exception {
        try (Connection other = source(Duration.ZERO).getConnection()) {
            assertThat(other.isClosed()).isFalse();
            assertThatThrownBy(() -> source(Duration.ofMillis(1)).getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("another migration was still running");
        }
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
    }
}
