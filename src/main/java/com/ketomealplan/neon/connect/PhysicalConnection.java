package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.Endpoint;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open connection to the server and its socket. Used by one thread at a time, except where a method says otherwise.
 */
public final class PhysicalConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PhysicalConnection.class);

    /** The shortest read that pgjdbc can make. 0 would block for ever. */
    private static final int READ_MILLIS = 1;

    private final Connection connection;
    private final BaseConnection base;
    private final PhaseSocket socket;
    private final Endpoint endpoint;
    private final Optional<Duration> sessionTimeout;
    private final List<String> transactionSettings;
    private Optional<OpeningTimes> openingTimes = Optional.empty();
    private Optional<String> serverStart = Optional.empty();
    private ReadOnlyDefault readOnlyDefault;
    private Query commitQuery;

    /**
     * @param sessionTimeout the session's {@code statement_timeout}, if it was opened with one
     */
    public PhysicalConnection(
            Connection connection, PhaseSocket socket, Endpoint endpoint, Optional<Duration> sessionTimeout)
            throws SQLException {
        this.connection = connection;
        this.base = connection.unwrap(BaseConnection.class);
        this.socket = socket;
        this.endpoint = endpoint;
        this.sessionTimeout = sessionTimeout;
        this.transactionSettings = endpoint.transactionSettings().statements();
    }

    /** Sets how long its opening took. Called by the gate before it is handed out. */
    public void setOpeningTimes(OpeningTimes times) {
        openingTimes = Optional.of(times);
    }

    /** Returns how long its opening took, if the gate has opened it. */
    public Optional<OpeningTimes> openingTimes() {
        return openingTimes;
    }

    /** Returns pgjdbc's connection. */
    public Connection jdbc() {
        return connection;
    }

    /** Returns the statements with which every transaction must begin, because their settings could not be set for the session. */
    public List<String> transactionSettings() {
        return transactionSettings;
    }

    /** Returns the session's default for transactions that do not say whether they write. */
    public ReadOnlyDefault readOnlyDefault() {
        if (readOnlyDefault == null) {
            readOnlyDefault = new ReadOnlyDefault(base, endpoint);
        }
        return readOnlyDefault;
    }

    /** Returns whether the URL sets this run-time parameter, for the session or for its transactions. */
    public boolean isSetByUrl(String parameter) {
        return endpoint.settings().isSet(parameter);
    }

    /**
     * Commits, if a transaction is open. The server's command tag must be COMMIT: it is ROLLBACK where the transaction had
     * failed, and another one behind a pooler that mixes up statements. COMMIT is sent as a simple query, so that there is no
     * prepared statement to mix up.
     *
     * @throws SQLException 25P02 if a statement of it has failed, so that it can only be rolled back; another one if COMMIT
     *     was answered by anything else, or not at all: then the connection is closed
     */
    public void commit() throws SQLException {
        QueryExecutor executor = base.getQueryExecutor();
        if (executor.getTransactionState() == TransactionState.IDLE) {
            return;
        }
        if (executor.getTransactionState() == TransactionState.FAILED) {
            throw new SQLException("a statement of the transaction has failed: it cannot be committed", "25P02");
        }
        CommandTag tag = new CommandTag();
        executor.execute(
                commitQuery(executor),
                null,
                tag,
                0,
                0,
                QueryExecutor.QUERY_EXECUTE_AS_SIMPLE
                        | QueryExecutor.QUERY_NO_METADATA
                        | QueryExecutor.QUERY_NO_RESULTS
                        | QueryExecutor.QUERY_SUPPRESS_BEGIN);
        if (!"COMMIT".equals(tag.received)) {
            closeSocket();
            connection.abort(Runnable::run);
            throw new SQLException("COMMIT was answered by " + tag.received, "08P01");
        }
    }

    private Query commitQuery(QueryExecutor executor) throws SQLException {
        if (commitQuery == null) {
            commitQuery = executor.createSimpleQuery("COMMIT");
        }
        return commitQuery;
    }

    private static final class CommandTag extends ResultHandlerBase {

        private String received = "nothing";

        @Override
        public void handleCommandStatus(String status, long updateCount, long insertOid) {
            received = status;
        }

        @Override
        public void handleWarning(SQLWarning warning) {
            // such as "there is no transaction in progress": the tag decides
        }
    }

    /** Returns whether the server is inside a transaction. Blocks while another thread executes a statement. */
    public boolean isInTransaction() {
        return base.getTransactionState() != TransactionState.IDLE;
    }

    /** Returns whether the transaction can only be rolled back. */
    public boolean isTransactionFailed() {
        return base.getTransactionState() == TransactionState.FAILED;
    }

    /**
     * Checks {@link #isOpen}.
     *
     * @throws SQLException 08006 if it is closed
     */
    public void requireOpen() throws SQLException {
        if (!isOpen()) {
            throw new SQLException("the connection is lost, and with it what was not committed", "08006");
        }
    }

    /** Returns whether it is not known to be closed by either side. Does not read the socket. */
    public boolean isOpen() {
        try {
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * Returns when the server was started ({@code pg_postmaster_start_time}), if that was queried; empty through a pooler, which may change
     * servers.
     */
    public Optional<String> serverStart() {
        return serverStart;
    }

    /** Sets when the server was started, and returns it. */
    public String setServerStart(String answer) {
        serverStart = endpoint.pooled() ? Optional.empty() : Optional.of(answer);
        return answer;
    }

    /**
     * Returns whether the session has a timeout that is not shorter than a deadline, so that the transaction need not set one.
     */
    public boolean hasTimeout(Duration deadline) {
        return sessionTimeout.isPresent() && sessionTimeout.get().compareTo(deadline) >= 0;
    }

    /** Returns whether the session's timeout is shorter than a deadline. */
    public boolean hasShorterTimeout(Duration deadline) {
        return sessionTimeout.isPresent() && sessionTimeout.get().compareTo(deadline) < 0;
    }

    /** Returns the role that has logged in. Does not block. */
    public String role() {
        try {
            return connection.getMetaData().getUserName();
        } catch (SQLException e) {
            return endpoint.user();
        }
    }

    /** Returns the process id of its backend; a proxy or a pooler may report another number. May be called by any thread. */
    public int backendId() {
        return base.getBackendPID();
    }

    /** Returns whether the server owes an answer. May be called by any thread. */
    public boolean awaitsServer() {
        return socket.awaitsServer();
    }

    /** Returns when something was last sent or received, by {@link System#nanoTime()}. May be called by any thread. */
    public long lastUsedNanos() {
        return socket.lastUsedNanos();
    }

    /**
     * Sends a cancel request on another connection. Blocks. The server may execute it late, so this connection must not be
     * used for anything else afterwards. May be called by any thread.
     */
    public void cancel() throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /** Closes the socket, also under a thread that reads from it. Does not block. May be called by any thread. */
    public void closeSocket() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed
        }
    }

    /**
     * Returns whether the server has sent something since the last statement, such as the reason of a shutdown. Takes about a
     * microsecond. Does not detect the end of the stream.
     */
    public boolean hasUnread() {
        try {
            return socket.hasUnread();
        } catch (IOException e) {
            return true; // closed: the check will say so
        }
    }

    /**
     * Returns whether the connection is alive, as far as that is known without a round trip, which Neon would count as activity:
     * reads an error (57P01) or the end of the stream. Takes about a millisecond. To be called only between two transactions.
     */
    public boolean isAlive() {
        boolean interrupted = Thread.interrupted(); // the read of a virtual thread would close the socket
        try {
            connection.unwrap(PGConnection.class).getNotifications(READ_MILLIS);
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Tells the server that the session is over, and closes the socket, whether or not that message could be sent. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("{} failed while it was closed", endpoint, e);
            closeSocket(); // which pgjdbc leaves open if the message cannot be sent
        }
    }
}
