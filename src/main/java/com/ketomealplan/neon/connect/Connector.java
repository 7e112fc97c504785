package com.ketomealplan.neon.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Opens physical connections to one database. Thread-safe. */
public interface Connector {

    /**
     * Opens a connection that the caller owns and closes. Blocks for {@code budget} at most.
     *
     * @param budget the bound on everything from the first packet to the end of the log-in; at least one second
     * @throws SQLException if there is no connection in that time, or the server refuses; nothing was executed
     */
    Connection open(Duration budget) throws SQLException;

    /** Where the connections lead, for logs: without a password. */
    String target();
}
