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
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.TransactionState;

/**
 * An open connection to the server, with what its socket tells. Used by one thread at a time, as a connection is, but for
 * what says otherwise.
 */
public final class PhysicalConnection implements AutoCloseable {

    /** Milliseconds: the shortest read that pgjdbc can make. 0 would block for ever. */
    private static final int SHORTEST_READ = 1;

    private final Connection connection;
    private final BaseConnection base;
    private final PhaseSocket socket;
    private final Endpoint endpoint;
    private final Optional<Duration> sessionTimeout;
    private final List<String> transactionSettings;
    private Optional<OpeningTimes> openingTimes = Optional.empty();
    private Optional<String> serverStart = Optional.empty();

    /**
     * @param sessionTimeout the time-out of its session's statements, if it was opened with one
     */
    PhysicalConnection(Connection connection, PhaseSocket socket, Endpoint endpoint, Optional<Duration> sessionTimeout)
            throws SQLException {
        this.connection = connection;
        this.base = connection.unwrap(BaseConnection.class);
        this.socket = socket;
        this.endpoint = endpoint;
        this.sessionTimeout = sessionTimeout;
        this.transactionSettings = endpoint.transactionSettings().statements();
    }

    /** By the gate, before anybody else has it. */
    void openedIn(OpeningTimes times) {
        openingTimes = Optional.of(times);
    }

    /** How long it took to open it, if the gate did. */
    public Optional<OpeningTimes> openingTimes() {
        return openingTimes;
    }

    /** pgjdbc's own connection. */
    public Connection jdbc() {
        return connection;
    }

    /** The statements that every transaction is to begin with, because the session could not be given what they set. */
    public List<String> transactionSettings() {
        return transactionSettings;
    }

    /** Whether the URL sets this run-time parameter, for the session or for its transactions. */
    public boolean isSetByUrl(String parameter) {
        return endpoint.settings().isSet(parameter);
    }

    /**
     * Commits, if a transaction is open. The server's answer has to be COMMIT: it says ROLLBACK where the transaction had
     * failed, and behind a pooler that mixes up statements it may have executed another one. COMMIT is sent as text, so
     * that there is no prepared statement to mix up.
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
                executor.createSimpleQuery("COMMIT"),
                null,
                tag,
                0,
                0,
                QueryExecutor.QUERY_EXECUTE_AS_SIMPLE
                        | QueryExecutor.QUERY_NO_METADATA
                        | QueryExecutor.QUERY_NO_RESULTS
                        | QueryExecutor.QUERY_SUPPRESS_BEGIN);
        if (!"COMMIT".equals(tag.received)) {
            sever();
            connection.abort(Runnable::run);
            throw new SQLException("COMMIT was answered by " + tag.received, "08P01");
        }
    }

    private static final class CommandTag extends ResultHandlerBase {

        private String received = "nothing";

        @Override
        public void handleCommandStatus(String status, long updateCount, long insertOid) {
            received = status;
        }

        @Override
        public void handleWarning(SQLWarning warning) {
            // such as "there is no transaction in progress", whose tag says more
        }
    }

    /** Whether the server is inside a transaction. Blocks while another thread executes a statement. */
    public boolean isInTransaction() {
        return base.getTransactionState() != TransactionState.IDLE;
    }

    /** Whether the transaction can only be rolled back. */
    public boolean isTransactionFailed() {
        return base.getTransactionState() == TransactionState.FAILED;
    }

    /** Whether neither side has closed it, as far as this side knows without looking. */
    public boolean isOpen() {
        try {
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * When the server was started ({@code pg_postmaster_start_time}), if somebody has asked and this connection leads to one server all
     * its life.
     */
    public Optional<String> serverStart() {
        return serverStart;
    }

    /** The server was asked when it was started. */
    public String serverStarted(String answer) {
        serverStart = endpoint.pooled() ? Optional.empty() : Optional.of(answer);
        return answer;
    }

    /**
     * Whether the server ends by itself what takes longer than that, and a second more: the session has a time-out from its beginning, so
     * that not each transaction has to set one.
     */
    public boolean hasTimeout(Duration deadline) {
        return sessionTimeout.isPresent() && sessionTimeout.get().compareTo(deadline) >= 0;
    }

    /** Whether the session's time-out comes before that deadline. */
    public boolean hasShorterTimeout(Duration deadline) {
        return sessionTimeout.isPresent() && sessionTimeout.get().compareTo(deadline) < 0;
    }

    /** Its process on the server, as that has said; a proxy or a pooler between says another number. By any thread. */
    public int backendId() {
        return base.getBackendPID();
    }

    /** Whether the server owes an answer. By any thread. */
    public boolean awaitsServer() {
        return socket.awaitsServer();
    }

    /** When something was last sent or received, by {@link System#nanoTime()}. By any thread. */
    public long lastUsedNanos() {
        return socket.lastUsedNanos();
    }

    /**
     * Asks the server to cancel what it executes, by another connection: blocks for that. The server may come to it late, so
     * the connection must not be used for anything else afterwards. By any thread.
     */
    public void cancel() throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /** Closes the socket under whoever waits for it. Does not block. By any thread. */
    public void sever() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed then
        }
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
