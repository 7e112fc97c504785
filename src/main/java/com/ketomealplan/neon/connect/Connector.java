package com.ketomealplan.neon.connect;

import java.sql.SQLException;

/** Opens physical connections to one database. Thread-safe. */
public interface Connector {

    /**
     * Opens a connection that the caller owns and closes. Blocks, for as long as its time-outs allow.
     *
     * @throws PhaseTimeoutException if a phase took too long; nothing was executed
     * @throws SQLException if there is no connection, or the server refuses it; nothing was executed
     */
    PhysicalConnection open() throws SQLException;

    /** Where the connections lead, for logs: without a password. */
    String target();
}
