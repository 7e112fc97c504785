package com.ketomealplan.neon.connect;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/** Opens physical connections to one database. Thread-safe. */
public interface Connector {

    /** More than all phases together may take. */
    Duration LONGEST = Duration.ofDays(1);

    /**
     * Opens a connection that the caller owns and closes. Blocks, for as long as its time-outs allow.
     *
     * @param atMost a bound on all phases together, if it is shorter than theirs
     * @param entered is told of each phase as it begins, on any thread; must not block
     * @throws PhaseTimeoutException if a phase took too long; nothing was executed
     * @throws SQLException if there is no connection, or the server refuses it; nothing was executed
     */
    PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException;

    /** The same, within the time-outs of the phases. */
    default PhysicalConnection open() throws SQLException {
        return open(LONGEST, phase -> {});
    }

    /** Whether what log-ins present may become another while the process runs. */
    default boolean rereadsCredentials() {
        return false;
    }

    /** Whether there is anything else to present than when the server last refused a log-in. Reads it; may block for a few seconds. */
    default boolean hasNewCredentials() {
        return false;
    }

    /** Where the connections lead, for logs: without a password. */
    String target();
}
