package com.ketomealplan.neon.pool;

import java.sql.Connection;
import java.sql.SQLException;
import org.apache.tomcat.jdbc.pool.PooledConnection;
import org.apache.tomcat.jdbc.pool.Validator;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a kept connection may be handed out, or taken back. Asks the socket, not the server: a round trip costs the
 * caller its time, and Neon counts every statement as activity that keeps the compute awake.
 */
final class ConnectionCheck implements Validator {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionCheck.class);

    /** Milliseconds: the shortest read that pgjdbc can make. 0 would block for ever. */
    private static final int SHORTEST_READ = 1;

    @Override
    public boolean validate(Connection connection, int action) {
        try {
            return switch (action) {
                case PooledConnection.VALIDATE_BORROW -> isAlive(connection);
                case PooledConnection.VALIDATE_RETURN -> isClean(connection);
                default -> true;
            };
        } catch (SQLException e) {
            LOG.debug("A connection is dropped, because the check before its use failed", e);
            return false;
        }
    }

    /**
     * Reads what the server may have sent since the last use: the reason of a shut-down (57P01), or the end of the stream.
     * Costs a millisecond and no round trip. Nothing to read means that the connection stands, as far as this side knows.
     */
    private static boolean isAlive(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).getNotifications(SHORTEST_READ);
        return !connection.isClosed();
    }

    /** A connection that comes back inside a transaction was misused; its next borrower must not inherit that. */
    private static boolean isClean(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            return false;
        }
        if (!connection.getAutoCommit()) {
            LOG.warn("A connection came back inside a transaction and is closed: its changes are rolled back");
            return false;
        }
        return true;
    }
}
