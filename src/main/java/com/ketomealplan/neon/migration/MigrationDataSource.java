package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.connect.Connector;
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
 * Hands a migrator its connection when no other one is at work on the same database. The lock is PostgreSQL's, held by the
 * session: it ends with the connection, however the migrator ends. Liquibase's own, a row in a table, cannot be taken
 * before the table exists, and stays behind when a migrator is killed; whoever has ours may therefore clear that row.
 */
public final class MigrationDataSource implements PlainDataSource, ManagedDataSource {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationDataSource.class);

    /** "keto" and "migr" in ASCII: any fixed number, the same in all releases. */
    private static final long LOCK = 0x6b65746f_6d696772L;

    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(%d)".formatted(LOCK);
    private static final String CLEAR_LIQUIBASE_LOCK =
            "UPDATE databasechangeloglock SET locked = FALSE, lockgranted = NULL, lockedby = NULL WHERE locked";
    private static final String LIQUIBASE_LOCK_EXISTS = "SELECT to_regclass('databasechangeloglock') IS NOT NULL";

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Connector connector;
    private final Duration wait;
    private final Runnable onStop;

    /**
     * @param wait how long to wait for another migrator to finish
     * @param onStop runs when the migrator is done
     */
    public MigrationDataSource(Connector connector, Duration wait, Runnable onStop) {
        this.connector = connector;
        this.wait = wait;
        this.onStop = onStop;
    }

    /**
     * Opens the migrator's connection, waiting for another migrator if there is one.
     *
     * @throws SQLException if the database cannot be reached, or the other one is not done in time
     */
    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = open();
        try {
            lock(connection);
            clearStaleLock(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Connection open() throws SQLException {
        try {
            return connector.open().jdbc();
        } catch (SQLException e) {
            throw new DatabaseNotOpenedException(connector.target(), e);
        }
    }

    private void lock(Connection connection) throws SQLException {
        long deadline = System.nanoTime() + wait.toNanos();
        boolean waiting = false;
        // Asked again and again, not waited for: a session that waits in the server is one that nothing here can end
        while (!ask(connection, TRY_LOCK)) {
            if (System.nanoTime() - deadline > 0) {
                throw new DatabaseNotOpenedException(connector.target(), wait);
            }
            if (!waiting) {
                LOG.info("Another migration of {} is running; waiting for it", connector.target());
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
                LOG.warn("Cleared the lock of a migration that did not end properly");
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
