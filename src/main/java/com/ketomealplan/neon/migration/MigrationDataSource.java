package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.PlainDataSource;
import io.dropwizard.db.ManagedDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the connection of a migration under an advisory lock, so that there is one at a time. The lock is held by the session and
 * ends with it, however the process ends. Liquibase's lock, a row in a table, cannot be taken before the table exists, and
 * stays when a process is killed; the holder of the advisory lock may therefore clear it.
 */
public final class MigrationDataSource implements PlainDataSource, ManagedDataSource {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationDataSource.class);

    /** "keto" and "migr" in ASCII: any fixed number, the same in all releases. */
    private static final long LOCK = 0x6b65746f_6d696772L;

    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(" + LOCK + ")";
    private static final String CLEAR_LIQUIBASE_LOCK =
            "UPDATE databasechangeloglock SET locked = FALSE, lockgranted = NULL, lockedby = NULL WHERE locked";
    private static final String LIQUIBASE_LOCK_EXISTS = "SELECT to_regclass('databasechangeloglock') IS NOT NULL";

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Connector connector;
    private final Duration wait;
    private final Runnable onStop;

    /**
     * @param wait how long to wait for another migration
     * @param onStop is called at the end of the migration
     */
    public MigrationDataSource(Connector connector, Duration wait, Runnable onStop) {
        this.connector = connector;
        this.wait = wait;
        this.onStop = onStop;
    }

    /**
     * Opens the connection; blocks while another migration runs.
     *
     * @throws SQLException if the database cannot be reached, or the other migration does not end in time
     */
    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = open(connector).jdbc();
        try {
            lock(connection);
            clearStaleLock(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Opens a connection; its failure names the target, and the remedy. */
    static PhysicalConnection open(Connector connector) throws DatabaseNotOpenedException {
        try {
            return connector.open();
        } catch (SQLException e) {
            throw new DatabaseNotOpenedException(connector.target(), e);
        }
    }

    private void lock(Connection connection) throws SQLException {
        long deadline = System.nanoTime() + wait.toNanos();
        boolean waiting = false;
        // Polled: a session that waits in the server could not be ended from here
        while (!ask(connection, TRY_LOCK)) {
            if (System.nanoTime() - deadline > 0) {
                throw new DatabaseNotOpenedException(connector.target(), wait);
            }
            if (!waiting) {
                LOG.info("Migration of {} waits for another one, up to {} s", connector.target(), wait.toSeconds());
                waiting = true;
            }
            pause();
        }
    }

    private static void clearStaleLock(Connection connection) throws SQLException {
        if (!ask(connection, LIQUIBASE_LOCK_EXISTS)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (statement.executeUpdate(CLEAR_LIQUIBASE_LOCK) > 0) {
                LOG.warn("Liquibase lock of an aborted migration cleared");
            }
        }
    }

    private static boolean ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    private static void pause() throws SQLException {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for another migration", e);
        }
    }

    @Override
    public void stop() {
        onStop.run();
    }
}
