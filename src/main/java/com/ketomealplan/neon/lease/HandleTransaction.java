package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.lease.LeasedTransaction.Commit;
import com.ketomealplan.neon.lease.Prologue.Question;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.postgresql.core.Utils;

/**
 * The transactions of one lease: what JDBC would set for the session is set for each transaction, because behind a pooler in
 * transaction mode the session is the next client's too. It travels with the first statement and costs no round trip. BEGIN is
 * sent from here and not by pgjdbc, so the driver's connection is in auto-commit until a transaction has begun. Used by one thread at
 * a time; {@link #isOpen} by any.
 */
final class HandleTransaction {

    private final Lease lease;
    private final PhysicalConnection physical;
    private final Connection jdbc;

    private boolean autoCommit = true;
    private int isolation = Connection.TRANSACTION_NONE; // none asked for: the server's default
    private String schema = "";
    private boolean readOnly;
    private boolean readsApart;
    /** Whether the server was sent a BEGIN that is not over. */
    private boolean begun;

    private boolean escaped;
    private volatile boolean open;
    private volatile TransactionIdentity identity;
    private Commit commit = Commit.NOT_SENT;

    HandleTransaction(Lease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
        this.jdbc = physical.jdbc();
    }

    /** Whether the server is inside a transaction, as of the last statement. By any thread. */
    boolean isOpen() {
        return open;
    }

    boolean isAutoCommit() {
        return autoCommit;
    }

    /** Of the transaction that is open, or was the last; empty if it was never asked for. By any thread. */
    Optional<TransactionIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    Commit lastCommit() {
        return commit;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    /** Whether something may have been committed past the handle: through the driver's connection, or by SQL. */
    boolean isEscaped() {
        return escaped;
    }

    void escape() {
        escaped = true;
    }

    void readApart() {
        readsApart = true;
    }

    // what JDBC sets

    void autoCommit(boolean on) throws SQLException {
        if (on == autoCommit) {
            return;
        }
        if (on) {
            if (open && physical.isTransactionFailed()) {
                rollback(); // the way out of it; commit() would be the mistake
            } else if (open) {
                commit();
            }
            begun = false;
            jdbc.setAutoCommit(true);
        } else {
            commit = Commit.NOT_SENT;
            identity = null;
            begun = open; // by BEGIN as SQL
            jdbc.setAutoCommit(!open);
        }
        autoCommit = on;
    }

    /** For the next transactions. */
    void isolation(int level) throws SQLException {
        nameOf(level);
        if (begun && level != isolation()) {
            throw new SQLException("the transaction has begun with another isolation level", "25001");
        }
        isolation = begun ? isolation : level;
    }

    /** Without asking the server, whose default is taken for PostgreSQL's own. */
    int isolation() {
        return isolation == Connection.TRANSACTION_NONE ? Connection.TRANSACTION_READ_COMMITTED : isolation;
    }

    /** For the next transactions. */
    void readOnly(boolean only) throws SQLException {
        if (begun && only != readOnly) {
            throw new SQLException("the transaction has begun " + (readOnly ? "read-only" : "to write"), "25001");
        }
        readOnly = only;
    }

    /** For the next transactions, or the rest of this one. */
    void schema(String name) throws SQLException {
        schema = name == null ? "" : name;
        if (begun && !schema.isEmpty()) {
            try (Statement statement = jdbc.createStatement()) {
                statement.execute("SET LOCAL search_path = " + quoted(schema));
            }
        }
    }

    String schema() throws SQLException {
        return schema.isEmpty() ? jdbc.getSchema() : schema;
    }

    private static String nameOf(int level) throws SQLException {
        return switch (level) {
            case Connection.TRANSACTION_READ_UNCOMMITTED -> "READ UNCOMMITTED";
            case Connection.TRANSACTION_READ_COMMITTED -> "READ COMMITTED";
            case Connection.TRANSACTION_REPEATABLE_READ -> "REPEATABLE READ";
            case Connection.TRANSACTION_SERIALIZABLE -> "SERIALIZABLE";
            default -> throw new SQLException("no isolation level of PostgreSQL: " + level, "0A000");
        };
    }

    // what is sent

    /**
     * What is to be sent before a statement.
     *
     * @param travels whether it can be sent in the statement's own flight
     */
    Prologue prologueFor(String sql, boolean travels) throws SQLException {
        SqlKind kind = SqlKind.of(sql);
        if (kind == SqlKind.TRANSACTION_END) {
            escape();
        }
        if (autoCommit) {
            return alone(timeoutFor(kind));
        }
        if (!begun) {
            boolean apart = readsApart && readOnly && travels && isolation == Connection.TRANSACTION_NONE;
            return apart && kind == SqlKind.PLAIN_QUERY ? apart() : begin(kind);
        }
        return identity == null && kind != SqlKind.UTILITY ? Prologue.NONE.asking(question()) : Prologue.NONE;
    }

    /** The time-out of the session is that of requests: what is no transaction, and has more time, says so. */
    private Prologue timeoutFor(SqlKind kind) throws SQLException {
        if (open || !physical.hasShorterTimeout(lease.deadline().time())) {
            return Prologue.NONE;
        }
        if (kind == SqlKind.OTHER && !lease.isAltered()) { // such as VACUUM, with which nothing can travel
            lease.alter();
            try (Statement statement = jdbc.createStatement()) {
                statement.execute("SET statement_timeout = '" + timeLeft() + "'");
            }
        }
        return kind == SqlKind.DATA || kind == SqlKind.PLAIN_QUERY ? Prologue.NONE.with(timeout()) : Prologue.NONE;
    }

    /** Of a statement that is a transaction of its own: until the flight has ended, such settings are local to it. */
    private Prologue alone(Prologue before) throws SQLException {
        Prologue prologue = before;
        if (isolation != Connection.TRANSACTION_NONE) {
            prologue = prologue.with(
                    "SET transaction_isolation = '" + nameOf(isolation).toLowerCase(java.util.Locale.ROOT) + "';");
        }
        return schema.isEmpty() ? prologue : prologue.with("SELECT " + setSchema() + ";");
    }

    /**
     * Of a query that reads at READ COMMITTED, where statements have no snapshot in common that a transaction could keep: so it needs
     * none. The server refuses its writes all the same.
     */
    private Prologue apart() throws SQLException {
        Prologue prologue = Prologue.NONE.with("SET transaction_read_only = on;");
        if (!physical.hasTimeout(lease.deadline().time()) && !physical.isSetByUrl("statement_timeout")) {
            prologue = prologue.with(timeout());
        }
        for (String setting : physical.transactionSettings()) {
            prologue = prologue.with(setting);
        }
        return alone(prologue);
    }

    private String timeout() {
        return "SELECT set_config('statement_timeout', '" + timeLeft() + "', true);";
    }

    private Prologue begin(SqlKind kind) throws SQLException {
        Prologue prologue = new Prologue(beginning(), 1, true, Question.NOTHING);
        if (!physical.hasTimeout(lease.deadline().time())) {
            for (String timeout : new String[] {"statement_timeout", "idle_in_transaction_session_timeout"}) {
                if (!physical.isSetByUrl(timeout)) {
                    prologue = prologue.with("SET LOCAL " + timeout + " = '" + timeLeft() + "';");
                }
            }
        }
        for (String setting : physical.transactionSettings()) {
            prologue = prologue.with(setting);
        }
        if (!schema.isEmpty()) {
            prologue = prologue.with("SET LOCAL search_path = " + quoted(schema) + ";");
        }
        return kind == SqlKind.UTILITY ? prologue : prologue.asking(question());
    }

    private String beginning() throws SQLException {
        String level = isolation == Connection.TRANSACTION_NONE ? "" : " ISOLATION LEVEL " + nameOf(isolation);
        return readOnly ? "BEGIN" + level + " READ ONLY;" : "BEGIN" + level + ";";
    }

    /** In whole seconds, so that there are few texts to prepare: the lease cancels by the millisecond. */
    private String timeLeft() {
        return lease.deadline().left().plus(Duration.ofSeconds(1)).toSeconds() + "s";
    }

    private String setSchema() throws SQLException {
        StringBuilder literal = Utils.escapeLiteral(new StringBuilder(), quoted(schema), true);
        return "set_config('search_path', '" + literal + "', true)";
    }

    private static String quoted(String name) throws SQLException {
        return Utils.escapeIdentifier(new StringBuilder(), name).toString();
    }

    private Question question() {
        if (readOnly) {
            return Question.NOTHING;
        }
        return physical.serverStart().isPresent() ? Question.TRANSACTION : Question.TRANSACTION_AND_SERVER;
    }

    /** A statement is about to be sent, with its prologue. */
    void sends(Prologue prologue) throws SQLException {
        lease.checkDeadline("the next statement was sent");
        if (prologue.begins()) {
            begun = true;
            identity = null;
        }
    }

    /** It was answered, or not. */
    void sent() throws SQLException {
        open = physical.isInTransaction() && physical.isOpen();
        if (open != begun && !autoCommit) {
            begun = open; // ended by SQL, or never begun
        }
        if (begun && jdbc.getAutoCommit()) {
            jdbc.setAutoCommit(false); // so that the driver allows what needs a transaction: cursors, savepoints
        }
    }

    /** Sends it in a flight of its own, before what it cannot travel with. */
    void send(Prologue prologue) throws SQLException {
        if (prologue.isEmpty()) {
            return;
        }
        sends(prologue);
        try (Statement statement = jdbc.createStatement()) {
            statement.execute(prologue.sql());
            skip(prologue, statement);
        } finally {
            sent();
        }
    }

    /** Begins the transaction, if auto-commit is off and it has not begun. */
    void begin() throws SQLException {
        if (!autoCommit && !begun) {
            send(begin(SqlKind.DATA));
        }
    }

    /** Leaves the prologue's results behind; what is next is the first result of what came with it. */
    void skip(Prologue prologue, Statement executed) throws SQLException {
        for (int left = prologue.statements(); left > 0; left--) {
            if (left == 1 && prologue.identity() != Question.NOTHING) {
                identify(prologue.identity(), executed.getResultSet());
            }
            executed.getMoreResults();
        }
    }

    private void identify(Question asked, ResultSet row) throws SQLException {
        row.next();
        String serverStart = asked == Question.TRANSACTION
                ? physical.serverStart().orElseThrow()
                : physical.serverStarted(row.getString(3));
        identity = new TransactionIdentity(row.getString(1), row.getString(2), serverStart);
    }

    // how it ends

    void commit() throws SQLException {
        commit = Commit.NOT_SENT;
        if (autoCommit) {
            jdbc.commit(); // the driver's own complaint
        }
        if (!open) {
            over();
            return;
        }
        if (physical.isTransactionFailed()) {
            rollback();
            commit = Commit.REFUSED;
            throw new SQLException("a statement of the transaction has failed: it was rolled back", "25P02");
        }
        lease.startCommit();
        commit = Commit.UNANSWERED;
        try {
            physical.commit();
            commit = Commit.DONE;
            identity = null;
        } catch (SQLException e) {
            commit = physical.isOpen() ? Commit.REFUSED : Commit.UNANSWERED;
            throw e;
        } finally {
            lease.committed();
            over();
        }
    }

    void rollback() throws SQLException {
        if (open && !autoCommit) {
            jdbc.setAutoCommit(false);
        }
        if (autoCommit || open) {
            jdbc.rollback();
        }
        identity = null;
        over();
    }

    private void over() throws SQLException {
        begun = false;
        open = physical.isInTransaction();
        if (!open && physical.isOpen()) {
            jdbc.setAutoCommit(true); // sends nothing
        }
    }

    /** The borrower is done: the next one finds the connection as it was. */
    void end() throws SQLException {
        if (!open) {
            jdbc.setAutoCommit(true);
        }
    }
}
