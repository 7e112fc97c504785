package com.ketomealplan.neon.connect;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/** Opens physical connections to one database. Thread-safe. */
public interface Connector {

    /** Longer than all phases together may take. */
    Duration NO_LIMIT = Duration.ofDays(1);

    /**
     * Opens a connection that the caller owns and closes. Blocks for the timeouts of its phases at most, anew for each log-in: a refused
     * one is repeated, twice at most, if the credentials have changed. Only the look-up of the host's address may take longer.
     *
     * @param atMost a timeout for all phases together, of each host and each log-in, if it is shorter than theirs
     * @param onPhase is called at the start of each phase, on any thread; must not block
     * @throws PhaseTimeoutException if a phase took too long; nothing was executed
     * @throws SQLException if there is no connection, or the server refuses it; nothing was executed
     */
    PhysicalConnection open(Duration atMost, Consumer<Phase> onPhase) throws SQLException;

    /** Opens a connection within the timeouts of the phases. */
    default PhysicalConnection open() throws SQLException {
        return open(NO_LIMIT, phase -> {});
    }

    /** Returns whether the credentials may change while the process runs. */
    default boolean canReloadCredentials() {
        return false;
    }

    /** Returns whether the credentials have changed since the server last refused a log-in. Reads them; may block for a few seconds. */
    default boolean hasNewCredentials() {
        return false;
    }

    /** Returns the target of the connections, for logs, without a password. */
    String target();
}
