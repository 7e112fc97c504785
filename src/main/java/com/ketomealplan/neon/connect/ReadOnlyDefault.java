package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.Endpoint;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The session's {@code default_transaction_read_only}. While it is on, a query without BEGIN is read-only without a statement for that, and
 * each statement or transaction that may write has to be {@code READ WRITE}. The server reports each change (PostgreSQL 14 and newer,
 * <a href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC">Asynchronous Operations</a>), also if it is rolled
 * back with its query.
 *
 * <p>It is not requested if it was on before, such as for a role or a database; on a standby; or if another client may get the session
 * next: through a pooler, known or not. If an operator turns it on for a role or a server, open connections on which it was requested do
 * not detect that, and only new ones do. Used by one thread at a time.
 */
public final class ReadOnlyDefault {

    private static final String PARAMETER = "default_transaction_read_only";

    /** After this number of requests without effect it is not requested any more. A prepared query makes two. */
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
        // Behind a pooler the driver has the process id of another session. Neon's proxy is no pooler, but also
        // reports another one
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

    /** Turns it off. Inside a transaction a ROLLBACK turns it on again. Blocks until the server has answered. */
    public void withdraw() throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("RESET " + PARAMETER);
        }
        requested = session.getTransactionState() != TransactionState.IDLE;
    }
}
