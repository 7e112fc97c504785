package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.UnansweredException;
import com.ketomealplan.neon.lease.LeasedTransaction.Commit;
import com.ketomealplan.neon.lease.Prologue.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

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
    private final TransactionSettings settings;

    private boolean autoCommit = true;
    /** Whether the server was sent a BEGIN that is not over. */
    private boolean begun;

    private boolean escaped;
    /** Whether the connection stood when something was last sent. */
    private boolean stood;

    private volatile boolean open;
    private volatile TransactionIdentity identity;
    private Commit commit = Commit.NOT_SENT;
    /** What is to be sent with COMMIT; null if nothing. */
    private LastStatement last;

    HandleTransaction(Lease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
        this.jdbc = physical.jdbc();
        this.settings = new TransactionSettings(lease, physical);
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
        return settings.isReadOnly();
    }

    /** Whether something was committed, or may have been past the handle: through the driver's connection, or by SQL. */
    boolean isEscaped() {
        return escaped;
    }

    void escape() {
        escaped = true;
    }

    void readApart() {
        settings.readApart();
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
        TransactionSettings.nameOf(level);
        if (!begun) {
            settings.isolation(level);
        } else if (level != isolation()) {
            throw new SQLException("the transaction has begun with another isolation level", "25001");
        }
    }

    int isolation() {
        return settings.isolation();
    }

    /** For the next transactions. */
    void readOnly(boolean only) throws SQLException {
        if (begun && only != isReadOnly()) {
            throw new SQLException("the transaction has begun " + (only ? "to write" : "read-only"), "25001");
        }
        settings.readOnly(only);
    }

    /** For the next transactions, or the rest of this one. */
    void schema(String name) throws SQLException {
        settings.schema(name);
        if (begun && !settings.schema().isEmpty()) {
            try (Statement statement = jdbc.createStatement()) {
                statement.execute(settings.setLocalSchema());
            }
        }
    }

    String schema() throws SQLException {
        return settings.schema().isEmpty() ? jdbc.getSchema() : settings.schema();
    }

    // what is sent

    /**
     * What is to be sent before a statement.
     *
     * @param travels whether it can be sent in the statement's own flight
     */
    Prologue prologueFor(String sql, boolean travels) throws SQLException {
        return prologueFor(SqlKind.of(sql), travels);
    }

    Prologue prologueFor(SqlKind kind, boolean travels) throws SQLException {
        if (kind == SqlKind.TRANSACTION_END) {
            escape();
        }
        if (autoCommit) {
            return open ? Prologue.NONE : alone(kind);
        }
        if (!begun) {
            return travels && kind == SqlKind.PLAIN_QUERY && settings.mayReadApart()
                    ? settings.apart()
                    : beginning(kind);
        }
        return identity == null && kind != SqlKind.UTILITY ? Prologue.NONE.asking(question()) : Prologue.NONE;
    }

    private Prologue alone(SqlKind kind) throws SQLException {
        if (kind == SqlKind.OTHER && settings.needsMoreTime() && !lease.isAltered()) {
            lease.alter(); // such as VACUUM, with which nothing can travel
            try (Statement statement = jdbc.createStatement()) {
                statement.execute(settings.setSessionTimeout());
            }
        }
        return settings.alone(kind);
    }

    private Prologue beginning(SqlKind kind) throws SQLException {
        Prologue prologue = settings.beginning();
        return kind == SqlKind.UTILITY ? prologue : prologue.asking(question());
    }

    private Question question() {
        return Question.before(settings.isReadOnly(), physical);
    }

    /** A statement is about to be sent, with its prologue. */
    void sends(Prologue prologue) throws SQLException {
        lease.sends();
        stood = physical.isOpen();
        if (prologue.begins()) {
            begun = true;
            identity = null;
        }
    }

    /** What is thrown for a statement that was sent and failed; to be asked before {@link #sent}. */
    SQLException judged(SQLException failure, String sql) {
        boolean lost = stood && !physical.isOpen();
        return lost && SqlKind.mayBeStored(sql, autoCommit && !open) ? new UnansweredException(failure) : failure;
    }

    /** It was answered, or not. */
    void sent() throws SQLException {
        lease.times().answered();
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

    /**
     * Sends the prologue in a flight of its own, and then what it cannot travel with. In auto-commit its settings are local to a
     * transaction, which therefore is put around both.
     */
    <T, X extends Throwable> T sendAfter(Prologue prologue, Sending<T, X> sending) throws X, SQLException {
        if (!autoCommit || open || prologue.isEmpty()) {
            send(prologue);
            return sending.send();
        }
        send(new Prologue("BEGIN;" + prologue.sql(), prologue.statements() + 1, false, Question.NOTHING));
        T result;
        try {
            result = sending.send();
        } catch (Throwable e) {
            try {
                sendEnd("ROLLBACK");
            } catch (SQLException notRolledBack) {
                e.addSuppressed(notRolledBack);
            }
            throw e;
        }
        sendEnd("COMMIT");
        return result;
    }

    private void sendEnd(String sql) throws SQLException {
        try (Statement statement = jdbc.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw judged(e, sql);
        } finally {
            sent();
        }
    }

    /** Whether what is only looked up, such as a statement's metadata, depends on the prologue. */
    boolean hasSchema() {
        return !settings.schema().isEmpty();
    }

    /** Begins the transaction, if auto-commit is off and it has not begun. */
    void begin() throws SQLException {
        if (!autoCommit && !begun) {
            send(beginning(SqlKind.DATA));
        }
    }

    /** Leaves the prologue's results behind; what is next is the first result of what came with it. */
    void skip(Prologue prologue, Statement executed) throws SQLException {
        prologue.skip(executed, physical).ifPresent(asked -> identity = asked);
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
            sendCommit();
            commit = Commit.DONE;
            escape(); // whatever fails from here on, this stays
            identity = null;
        } catch (SQLException e) {
            commit = physical.isOpen() ? Commit.REFUSED : Commit.UNANSWERED;
            throw commit == Commit.REFUSED || isReadOnly() ? e : new UnansweredException(e);
        } finally {
            lease.committed();
            over();
        }
    }

    private void sendCommit() throws SQLException {
        if (last == null) {
            physical.commit();
        } else {
            last.sendWithCommit(jdbc);
        }
    }

    /** Lets a statement be sent with the COMMIT of this transaction. */
    void commitWith(LastStatement statement) {
        last = statement;
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
        last = null;
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
