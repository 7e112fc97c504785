package com.ketomealplan.neon.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Queries the database in a transaction with the settings of a unit of work and a time limit, which is rolled back. */
public final class BoundedQueries {

    /** Executes the queries. */
    @FunctionalInterface
    public interface Queries {
        void execute(Connection connection) throws SQLException;
    }

    private BoundedQueries() {}

    /**
     * Runs the queries. Blocks.
     *
     * @param atMost the time limit of each statement on the server, and of each wait for its answer
     */
    public static void run(PhysicalConnection connection, Duration atMost, Queries queries) throws SQLException {
        Connection jdbc = connection.jdbc();
        jdbc.setNetworkTimeout(Runnable::run, Math.toIntExact(atMost.toMillis()));
        jdbc.setAutoCommit(false);
        try {
            try (Statement settings = jdbc.createStatement()) {
                settings.execute("SET LOCAL statement_timeout = " + atMost.toMillis());
                for (String setting : connection.transactionSettings()) {
                    settings.execute(setting);
                }
            }
            queries.execute(jdbc);
        } catch (SQLException | RuntimeException e) {
            try {
                jdbc.rollback();
            } catch (SQLException lost) {
                e.addSuppressed(lost); // the first failure has the cause
            }
            throw e;
        }
        jdbc.rollback();
    }
}
