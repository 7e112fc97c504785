package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.Endpoint;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The session's {@code default_transaction_read_only}. While it is on, a query without BEGIN is read-only at no statement of its own, and
 * whatever may write has to say so ({@code READ WRITE}). Whether it is on is what the server reports (PostgreSQL 14 and newer do,
 * <a href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC">Asynchronous Operations</a>), so that one that was
 * rolled back with its query is known to be off.
 *
 * <p>It is never requested where it was on before, for a role or a database say; on a standby; or where the session may be that of
 * another client next: through a pooler, also one that is not known to be there. While it is on, nobody else's wish that it be on is seen:
 * of an operator who turns it on for a role or a server, the connections know when they are replaced. Used by one thread at a time.
 */
public final class ReadOnlyDefault {

    private static final String PARAMETER = "default_transaction_read_only";

    /** After so many it is taken to have no effect here. A prepared query makes two. */
    private static final int MAX_REQUESTS = 20;

    private final BaseConnection session;
    private final String request;
    private boolean available;
    private boolean requested;
    private int requests;

    ReadOnlyDefault(BaseConnection session, Endpoint endpoint) {
        this.session = session;
        this.available =
                !endpoint.pooled() && isReported("off") && "off".equals(session.getParameterStatus("in_hot_standby"));
        // Behind a pooler the driver knows another process than that of the session; Neon's proxy is no pooler, but
        // does the same
        String ownSession = endpoint.isNeon() ? "" : " WHERE pg_backend_pid() = " + session.getBackendPID();
        this.request = "SELECT set_config('" + PARAMETER + "', 'on', false)" + ownSession + ";";
    }

    private boolean isReported(String value) {
        return value.equals(session.getParameterStatus(PARAMETER));
    }

    /** Returns whether it is on because it was requested. */
    public boolean isOn() {
        if (!requested || !isReported("on")) {
            return false;
        }
        requests = 0;
        return true;
    }

    /** Returns the statement that turns it on, which returns a row at most; empty where it is not to be set. */
    public String request() {
        boolean isOthers = !requested && isReported("on");
        if (!available || isOthers || requests == MAX_REQUESTS) {
            available = false;
            return "";
        }
        requests++;
        requested = true;
        return request;
    }

    /** Turns it off, in a transaction that is open for as long as that is not rolled back. Blocks until the server has answered. */
    public void withdraw() throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("RESET " + PARAMETER);
        }
        requested = session.getTransactionState() != TransactionState.IDLE;
    }
}
