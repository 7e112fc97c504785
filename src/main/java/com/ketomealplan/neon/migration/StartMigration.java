package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.connect.BoundedQueries;
import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PhysicalConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import liquibase.exception.LiquibaseException;
import liquibase.exception.UnexpectedLiquibaseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies or checks pending changesets before the service starts. If there are none, that costs one query, without Liquibase and without
 * its lock; of several instances that find some pending, one applies them and the others wait.
 */
public final class StartMigration {

    private static final Logger LOG = LoggerFactory.getLogger(StartMigration.class);

    /** The time limit of the query. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Connector connector;
    private final Supplier<MigrationDataSource> migrator;
    private final PendingChangesets changesets;
    private final String file;

    /**
     * @param connector opens connections to the endpoint of the service
     * @param migrator opens the data source of migrations
     * @param file the root of the change log, on the class path
     */
    public StartMigration(
            Connector connector, Supplier<MigrationDataSource> migrator, PendingChangesets changesets, String file) {
        this.connector = connector;
        this.migrator = migrator;
        this.changesets = changesets;
        this.file = file;
    }

    /**
     * Runs the migration. Blocks.
     *
     * @throws PendingChangesetsException if some are pending and only to be checked
     * @throws MigrationFailedException if they cannot be applied or counted; those before the one that failed are applied
     * @throws SQLException if the database cannot be reached, or another migration does not end in time
     */
    public void run(MigrateAtStart how) throws PendingChangesetsException, MigrationFailedException, SQLException {
        if (how == MigrateAtStart.FALSE) {
            return;
        }
        Optional<Integer> known = countWithoutLiquibase();
        if (known.isPresent() && known.get() == 0) {
            LOG.info("{} has all changesets", connector.target());
        } else if (how == MigrateAtStart.TRUE) {
            LOG.info("Applied {} migrations to {}", byLiquibase(Migrations::apply), connector.target());
        } else {
            int pending = known.isPresent() ? known.get() : byLiquibase(Migrations::countPending);
            if (pending > 0) {
                throw new PendingChangesetsException(pending, connector.target());
            }
        }
    }

    /** Returns the number of pending changesets, if it can be found without Liquibase. */
    private Optional<Integer> countWithoutLiquibase() throws MigrationFailedException, DatabaseNotOpenedException {
        changesets.claim();
        AtomicReference<Optional<Integer>> pending = new AtomicReference<>(Optional.empty());
        try (PhysicalConnection connection = MigrationDataSource.open(connector)) {
            BoundedQueries.run(connection, TIMEOUT, jdbc -> pending.set(changesets.count(jdbc)));
        } catch (DatabaseNotOpenedException e) {
            throw e;
        } catch (SQLException e) {
            throw failed(e);
        }
        return pending.get();
    }

    private int byLiquibase(Task task) throws MigrationFailedException, DatabaseNotOpenedException {
        MigrationDataSource dataSource = migrator.get();
        try {
            return task.run(dataSource, file);
        } catch (DatabaseNotOpenedException e) {
            throw e;
        } catch (LiquibaseException | UnexpectedLiquibaseException | SQLException e) {
            throw failed(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            dataSource.stop();
        }
    }

    private MigrationFailedException failed(Exception reason) {
        return new MigrationFailedException("the migrations of " + connector.target(), reason);
    }

    @FunctionalInterface
    private interface Task {
        int run(MigrationDataSource dataSource, String file) throws Exception;
    }
}
