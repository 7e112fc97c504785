package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.UnansweredException;
import com.ketomealplan.neon.handle.LeasedTransaction.Commit;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The transactions of one lease. What JDBC would set for the session is set for each transaction, because behind a pooler in
 * transaction mode the next client gets the same session. The {@link Prologue} is sent with the first statement, at no round trip. BEGIN
 * is sent by this class and not by pgjdbc, so the driver's connection is in auto-commit until a transaction has begun. Used by one thread
 * at a time; {@link #isOpen} by any.
 */
public final class HandleTransaction {

    private final HandleLease lease;
    private final PhysicalConnection physical;
    private final Connection jdbc;
    private final TransactionSettings settings;

    private boolean autoCommit = true;
    private boolean begun; // BEGIN was sent, and the transaction has not ended
    private boolean mayHaveCommitted;
    private boolean ending; // what is sent next may end the transaction by SQL, and begin another one
    private boolean driverHandedOut; // directly or through a handle
    private boolean wasOpen; // the connection, when something was last sent
    private volatile boolean open;
    private volatile TransactionIdentity identity;
    private final CommitFlight commit;

    HandleTransaction(HandleLease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
        this.jdbc = physical.jdbc();
        this.settings = new TransactionSettings(lease, physical);
        this.commit = new CommitFlight(lease, physical);
    }

    /** Returns whether the server is inside a transaction, as of the last statement. May be called by any thread. */
    public boolean isOpen() {
        return open;
    }

    boolean isAutoCommit() {
        return autoCommit;
    }

    /** Returns the identity of the current or last transaction; empty if it was not queried. May be called by any thread. */
    public Optional<TransactionIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    public Commit lastCommit() {
        return commit.outcome();
    }

    public TransactionSettings settings() {
        return settings;
    }

    /** Returns whether something was committed, or may have been, through the driver's connection or by SQL. */
    public boolean mayHaveCommitted() {
        return mayHaveCommitted;
    }

    /** Prepares for what is done past the handle: it is in the transaction, may commit, write, and set what outlives the lease. */
    void handOutDriver() throws SQLException {
        lease.checkUsable();
        lease.markAltered();
        driverHandedOut = true;
        mayHaveCommitted = true;
        allowWrites();
        begin();
    }

    void autoCommit(boolean on) throws SQLException {
        if (on == autoCommit) {
            return;
        }
        noticeOthers();
        if (on) {
            if (open && physical.isTransactionFailed()) {
                rollback(); // COMMIT would fail
            } else if (open) {
                commit();
            }
            begun = false;
            jdbc.setAutoCommit(true);
        } else {
            commit.outcome(Commit.NOT_SENT);
            identity = null;
            begun = open; // by BEGIN as a statement
            jdbc.setAutoCommit(!open);
        }
        autoCommit = on;
        if (!on && driverHandedOut) { // the driver must know it, as for large objects
            begin();
        }
    }

    /** Sets the isolation level of the next transactions. */
    void isolation(int level) throws SQLException {
        noticeOthers();
        settings.isolation(level, begun);
    }

    int isolation() throws SQLException { // in a transaction the server is asked: SQL may have set it
        return open && !physical.isTransactionFailed() ? jdbc.getTransactionIsolation() : settings.isolation();
    }

    /** Sets whether the next transactions are read-only. */
    void readOnly(boolean only) throws SQLException {
        noticeOthers();
        settings.readOnly(only, begun);
    }

    /** Sets the schema of the next transactions, and of the rest of the current one. */
    void schema(String name) throws SQLException {
        noticeOthers();
        settings.schema(name, begun || open);
    }

    String schema() throws SQLException {
        if (!autoCommit && settings.mayHaveSchema()) {
            begin();
        }
        return settings.schema().isEmpty() ? byDriver(jdbc::getSchema) : settings.schema();
    }

    /**
     * Returns the prologue of a statement.
     *
     * @param canPrepend whether the prologue can be sent in the statement's own flight
     */
    Prologue prologueFor(String sql, boolean canPrepend) throws SQLException {
        if (SqlKind.goesOnAfterEnd(sql)) {
            allowWrites(); // in the transaction that begins there
        }
        mayEnd(SqlKind.endsAmongOthers(sql));
        return prologueFor(SqlKind.of(sql), canPrepend);
    }

    Prologue prologueFor(SqlKind kind, boolean canPrepend) throws SQLException {
        noticeOthers();
        mayEnd(kind == SqlKind.TRANSACTION_END);
        if (autoCommit) {
            return open ? Prologue.NONE : settings.autoCommitPrologue(kind, canPrepend);
        }
        if (!begun) {
            return canPrepend && isStandaloneRead(kind) ? settings.standaloneReadPrologue() : beginPrologue(kind);
        }
        return identity == null && kind != SqlKind.UTILITY && !physical.isTransactionFailed()
                ? Prologue.NONE.withIdentityQuery(settings.identityQuery())
                : Prologue.NONE;
    }

    /** Records whether what is sent next may end a transaction by SQL. */
    void mayEnd(boolean ends) {
        ending |= ends;
        mayHaveCommitted |= ends;
    }

    /** Notices that the transaction was ended past the handle, or that one was begun there: what follows is another one. */
    private void noticeOthers() throws SQLException {
        boolean now = physical.isOpen() && physical.isInTransaction();
        if (open && physical.isOpen() && !now) {
            mayHaveCommitted = true;
            identity = null;
            reset();
        } else if (driverHandedOut && now && !open) {
            open = true;
            begun = !autoCommit;
            identity = null;
        }
    }

    private boolean isStandaloneRead(SqlKind kind) {
        return !autoCommit && !begun && kind == SqlKind.PLAIN_QUERY && settings.allowsStandaloneReads();
    }

    /** Returns whether a statement needs neither a transaction nor a prologue. */
    boolean isSentAlone(String sql) throws SQLException {
        return isStandaloneRead(SqlKind.of(sql))
                && settings.standaloneReadPrologue().isEmpty();
    }

    private Prologue beginPrologue(SqlKind kind) throws SQLException {
        Prologue prologue = settings.beginPrologue();
        return kind == SqlKind.UTILITY ? prologue : prologue.withIdentityQuery(settings.identityQuery());
    }

    /** Checks and records that a statement is about to be sent, with its prologue. */
    void beforeSend(Prologue prologue) throws SQLException {
        noticeOthers();
        lease.beforeSend();
        wasOpen = physical.isOpen();
        if (wasOpen && !autoCommit && !physical.isInTransaction()) {
            jdbc.setAutoCommit(true); // or the driver would send a BEGIN of its own
        }
        if (prologue.begins()) {
            begun = true;
            identity = null;
        }
    }

    /** Returns the exception to throw for a statement that was sent and failed. To be called before {@link #afterSend}. */
    SQLException translate(SQLException failure, String sql) {
        boolean lost = wasOpen && !physical.isOpen();
        return lost && SqlKind.mayBeStored(sql, autoCommit && !open) ? new UnansweredException(failure) : failure;
    }

    /** Records that a statement was answered or has failed. */
    void afterSend() throws SQLException {
        lease.onAnswered();
        mayHaveCommitted |= open && !autoCommit && physical.isOpen() && !physical.isInTransaction(); // by a batch
        open = physical.isInTransaction() && physical.isOpen();
        identity = ending && physical.isOpen() ? null : identity;
        ending = false;
        begun = autoCommit ? begun : open; // ended by a statement, or never begun
        if (physical.isOpen() && (begun || isBegunByDriver()) && jdbc.getAutoCommit()) {
            jdbc.setAutoCommit(false); // so that the driver allows what needs a transaction: cursors, savepoints
        }
    }

    /** Sends a prologue in a flight of its own, before a statement to which it cannot be prepended. */
    void send(Prologue prologue) throws SQLException {
        if (prologue.isEmpty()) {
            return;
        }
        beforeSend(prologue);
        try (Statement statement = jdbc.createStatement()) {
            statement.execute(prologue.sql());
            skipPrologueResults(prologue, statement);
        } finally {
            afterSend();
        }
    }

    /**
     * Sends a prologue in a flight of its own, and then a statement to which it cannot be prepended. In auto-commit its settings
     * are local to a transaction, so both are put into one.
     */
    <T, X extends Throwable> T sendAfter(Prologue prologue, Execution<T, X> sending) throws X, SQLException {
        if (!autoCommit || open || prologue.isEmpty()) {
            send(prologue);
            return sending.send();
        }
        return LocalTransaction.around(this, jdbc, prologue, sending);
    }

    /** Prepares for what is sent past the handle: begins a transaction, if auto-commit is off and none has begun. */
    void begin() throws SQLException {
        lease.checkUsable();
        noticeOthers();
        if (!autoCommit && !begun) {
            send(beginPrologue(SqlKind.DATA));
        } else if (!open) {
            settings.allowWrites();
        }
    }

    /** Prepares for transactions that are begun past the handle. */
    void allowWrites() throws SQLException {
        byDriver(settings::allowWrites);
    }

    /** Skips the prologue's results; the next one is the first of the statement that it was prepended to. */
    void skipPrologueResults(Prologue prologue, Statement executed) throws SQLException {
        prologue.skipResults(executed, physical).ifPresent(asked -> identity = asked);
    }

    void commit() throws SQLException {
        commit.outcome(Commit.NOT_SENT);
        if (autoCommit) {
            jdbc.commit(); // throws the driver's exception
        }
        noticeOthers();
        if (!open && !commit.hasStatement()) {
            physical.requireOpen();
            reset();
            return;
        }
        if (!open) { // ended past the handle: what was to be sent with its COMMIT gets a transaction of its own
            begin();
        }
        if (physical.isTransactionFailed()) {
            rollback();
            commit.outcome(Commit.REFUSED);
            throw new SQLException("a statement of the transaction has failed: it was rolled back", "25P02");
        }
        if (driverHandedOut || mayHaveCommitted && identity == null) { // by which another one may have begun
            send(Prologue.NONE.withIdentityQuery(settings.identityQuery()));
        }
        lease.startCommit();
        try {
            commit.send(settings.isReadOnly());
            mayHaveCommitted = true; // whatever fails from here on, this stays
            identity = null;
        } finally {
            reset();
        }
    }

    /** Sets the statement that is sent with the COMMIT of this transaction. */
    public void commitWith(LastStatement statement) {
        commit.keep(statement);
    }

    void rollback() throws SQLException {
        noticeOthers();
        if (open && !autoCommit) {
            jdbc.setAutoCommit(false);
        }
        if (autoCommit || open) {
            jdbc.rollback();
        }
        identity = null;
        commit.dropStatement();
        reset();
    }

    private void reset() throws SQLException {
        begun = false;
        open = physical.isInTransaction();
        if (!open && physical.isOpen()) {
            jdbc.setAutoCommit(!isBegunByDriver()); // sends nothing
        }
    }

    /** Executes what the driver sends by itself, for which it must not begin a transaction. */
    <T> T byDriver(Execution<T, SQLException> sending) throws SQLException {
        boolean idle = isBegunByDriver() && physical.isOpen() && !physical.isInTransaction();
        return idle ? LocalTransaction.without(jdbc, sending) : sending.send();
    }

    /** Returns whether the driver is to begin the transactions that are used past the handle, as soon as there is something to send. */
    private boolean isBegunByDriver() {
        return driverHandedOut && !autoCommit;
    }

    /** Resets the driver's connection for the next borrower. */
    void cleanUp() throws SQLException {
        if (!open) {
            jdbc.setAutoCommit(true);
        }
    }
}
