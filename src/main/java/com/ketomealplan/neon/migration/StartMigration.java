package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Inquiry;
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
 * Sees to it, before anything is served, that the database has all changesets. Most starts find that it has, by one look without
 * Liquibase and without its lock; of several that find some pending at once, one applies them and the others wait for it.
 */
public final class StartMigration {

    private static final Logger LOG = LoggerFactory.getLogger(StartMigration.class);

    /** For the look, once connected. */
    private static final Duration BUDGET = Duration.ofSeconds(30);

    private final Connector connector;
    private final Supplier<MigrationDataSource> migrator;
    private final PendingChangesets changesets;
    private final String file;

    /**
     * @param connector to the endpoint that the service uses
     * @param migrator to where migrations are applied
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
     * Does it.
     *
     * @throws PendingChangesetsException if some are pending, and are not to be applied
     * @throws MigrationFailedException if they cannot be applied, or counted, for want of a right too; those before the one that failed are applied
     * @throws SQLException if the database cannot be reached, or another migrator is not done in time
     */
    public void run(MigrateAtStart how) throws PendingChangesetsException, MigrationFailedException, SQLException {
        if (how == MigrateAtStart.FALSE) {
            return;
        }
        Optional<Integer> known = look();
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

    /** How many are pending, if that can be known without Liquibase. The first unit of work need not ask then. */
    private Optional<Integer> look() throws MigrationFailedException, DatabaseNotOpenedException {
        changesets.claim();
        AtomicReference<Optional<Integer>> pending = new AtomicReference<>(Optional.empty());
        try (PhysicalConnection connection = open()) {
            Inquiry.on(connection, BUDGET, jdbc -> pending.set(changesets.count(jdbc)));
        } catch (DatabaseNotOpenedException e) {
            throw e;
        } catch (SQLException e) {
            throw failed(e);
        }
        return pending.get();
    }

    private PhysicalConnection open() throws DatabaseNotOpenedException {
        try {
            return connector.open();
        } catch (SQLException e) {
            throw new DatabaseNotOpenedException(connector.target(), e);
        }
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
