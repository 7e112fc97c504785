package com.ketomealplan.neon.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A transaction of a question: it sees what a unit of work would see, has an end, and is rolled back. */
public final class Inquiry {

    /** Asks. */
    @FunctionalInterface
    public interface Questioner {
        void ask(Connection connection) throws SQLException;
    }

    private Inquiry() {}

    /**
     * Runs one.
     *
     * @param atMost how long the server may think about a statement, and be silent
     */
    public static void on(PhysicalConnection connection, Duration atMost, Questioner questioner) throws SQLException {
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
            questioner.ask(jdbc);
        } catch (SQLException | RuntimeException e) {
            try {
                jdbc.rollback();
            } catch (SQLException lost) {
                e.addSuppressed(lost); // that it is closed by now says less than why
            }
            throw e;
        }
        jdbc.rollback();
    }
}
