package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.SessionSettings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** An open connection to the server, with what its socket tells. Used by one thread at a time, as a connection is. */
public final class PhysicalConnection implements AutoCloseable {

    /** Milliseconds: the shortest read that pgjdbc can make. 0 would block for ever. */
    private static final int SHORTEST_READ = 1;

    private final Connection connection;
    private final PhaseSocket socket;
    private final SessionSettings settings;

    PhysicalConnection(Connection connection, PhaseSocket socket, SessionSettings settings) {
        this.connection = connection;
        this.socket = socket;
        this.settings = settings;
    }

    /** pgjdbc's own connection. */
    public Connection jdbc() {
        return connection;
    }

    /** What every transaction is to begin with, because the session could not be given it. */
    public SessionSettings settings() {
        return settings;
    }

    /**
     * Whether something has come from the server since the last statement, such as the reason of a shut-down. Costs a
     * microsecond; a connection that ended without a word shows nothing.
     */
    public boolean hasUnread() {
        try {
            return socket.hasUnread();
        } catch (IOException e) {
            return true; // closed: the check will say so
        }
    }

    /**
     * Whether the connection stands, as far as this side can know without asking the server: reads what came from it, a
     * reason to end (57P01) or the end of the stream. Costs a millisecond and no round trip, which Neon would count as
     * activity that keeps the compute awake. Only between two transactions.
     */
    public boolean isAlive() {
        try {
            connection.unwrap(PGConnection.class).getNotifications(SHORTEST_READ);
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
