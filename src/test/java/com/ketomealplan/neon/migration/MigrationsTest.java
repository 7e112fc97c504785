package com.ketomealplan.neon.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class MigrationsTest {

    private static final String FILE = "migrations.xml";
    private static final int ALL = 5;

    private final TestDatabase database = TestDatabase.empty();

    private MigrationDataSource source(Duration wait) {
        return new MigrationDataSource(database.connector(), wait, () -> {});
    }

    @Test
    void severalAtOnceApplyEachMigrationOnce() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        List<Integer> applied = new ArrayList<>();
        try {
            List<Future<Integer>> migrators = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                migrators.add(executor.submit(() -> Migrations.apply(source(Duration.ofMinutes(1)), FILE)));
            }
            for (Future<Integer> migrator : migrators) {
                applied.add(migrator.get());
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(applied).containsExactlyInAnyOrder(ALL, 0, 0, 0);
        assertThat(database.count("databasechangelog")).isEqualTo(ALL);
        assertThat(database.sessions()).isZero();
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
    void waitingForAnotherMigratorHasAnEnd() throws Exception {
        try (Connection other = source(Duration.ZERO).getConnection()) {
            assertThat(other.isClosed()).isFalse();
            assertThatThrownBy(() -> source(Duration.ofMillis(300)).getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("another migration of");
        }
        assertThat(database.sessions()).isZero();
    }
}
