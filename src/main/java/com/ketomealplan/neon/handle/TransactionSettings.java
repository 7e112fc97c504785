package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.ReadOnlyDefault;
import com.ketomealplan.neon.handle.Prologue.IdentityQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.postgresql.core.Utils;

/**
 * The transaction settings of a borrower, and the {@link Prologue} that applies them: isolation level, schema, read-only, timeouts, and the
 * URL's settings where they could not be set for the session. Used by one thread.
 */
public final class TransactionSettings {

    private static final String STATEMENT_TIMEOUT = "statement_timeout";
    private static final String IDLE_TIMEOUT = "idle_in_transaction_session_timeout";

    private final HandleLease lease;
    private final PhysicalConnection physical;
    private int isolation = Connection.TRANSACTION_NONE; // not set: the server's default
    private String schema = "";
    private boolean readOnly;
    private boolean standaloneReads;
    private boolean timeoutSetForSession;

    TransactionSettings(HandleLease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
    }

    /**
     * Sets the isolation level.
     *
     * @param begun whether a transaction has begun, whose level stays
     */
    void isolation(int level, boolean begun) throws SQLException {
        nameOf(level);
        if (!begun) {
            isolation = level;
        } else if (level != isolation()) {
            throw new SQLException("the transaction has begun with another isolation level", "25001");
        }
    }

    /** Returns the isolation level. If none was set, the server's default is taken to be READ COMMITTED. */
    int isolation() {
        return isolation == Connection.TRANSACTION_NONE ? Connection.TRANSACTION_READ_COMMITTED : isolation;
    }

    /**
     * Sets whether the server refuses writes.
     *
     * @param begun whether a transaction has begun, for which that stays
     */
    void readOnly(boolean only, boolean begun) throws SQLException {
        if (begun && only != readOnly) {
            throw new SQLException("the transaction has begun " + (only ? "to write" : "read-only"), "25001");
        }
        readOnly = only;
    }

    /** Returns what the server is asked for with the first statement of a transaction: its identity, if it can write. */
    IdentityQuery identityQuery() {
        return IdentityQuery.before(isReadOnly(), physical);
    }

    public boolean isReadOnly() {
        return readOnly;
    }

    public void allowStandaloneReads() {
        standaloneReads = true;
    }

    /** A transaction is needed for what the driver sends past the handle: the server refuses writes in it. */
    void forbidStandaloneReads() {
        standaloneReads = false;
    }

    /** Returns whether a query of a read-only transaction may be sent without BEGIN. */
    boolean allowsStandaloneReads() {
        return standaloneReads && readOnly && isolation == Connection.TRANSACTION_NONE;
    }

    /**
     * Sets the schema.
     *
     * @param name null for the session's own
     * @param begun whether a transaction has begun, for whose rest it is set too
     */
    void schema(String name, boolean begun) throws SQLException {
        boolean before = !schema.isEmpty();
        schema = name == null ? "" : name;
        if (begun && (before || !schema.isEmpty())) {
            try (Statement statement = physical.jdbc().createStatement()) {
                statement.execute(
                        schema.isEmpty()
                                ? withUrlSettings(Prologue.NONE.with("SET LOCAL search_path TO DEFAULT;"))
                                        .sql()
                                : setLocalSchema());
            }
        }
    }

    /** Returns the schema that was set; empty if there is none. */
    String schema() {
        return schema;
    }

    /** Returns whether metadata of a statement depends on the prologue, which may set the schema of a statement. */
    boolean mayHaveSchema() {
        return !schema.isEmpty() || !physical.transactionSettings().isEmpty();
    }

    static String nameOf(int level) throws SQLException {
        return switch (level) {
            case Connection.TRANSACTION_READ_UNCOMMITTED -> "READ UNCOMMITTED";
            case Connection.TRANSACTION_READ_COMMITTED -> "READ COMMITTED";
            case Connection.TRANSACTION_REPEATABLE_READ -> "REPEATABLE READ";
            case Connection.TRANSACTION_SERIALIZABLE -> "SERIALIZABLE";
            default -> throw new SQLException("no isolation level of PostgreSQL: " + level, "0A000");
        };
    }

    /** Returns the prologue that begins a transaction. */
    Prologue beginPrologue() throws SQLException {
        String level = isolation == Connection.TRANSACTION_NONE ? "" : " ISOLATION LEVEL " + nameOf(isolation);
        String access = readOnly ? " READ ONLY" : physical.readOnlyDefault().isOn() ? " READ WRITE" : "";
        Prologue prologue = new Prologue("BEGIN" + level + access + ";", 1, true, IdentityQuery.NONE);
        if (!physical.hasTimeout(lease.timeLimit())) {
            for (String timeout : new String[] {STATEMENT_TIMEOUT, IDLE_TIMEOUT}) {
                if (!physical.isSetByUrl(timeout)) {
                    prologue = prologue.with("SET LOCAL " + timeout + " = '" + remainingTimeout() + "';");
                }
            }
        }
        prologue = withUrlSettings(prologue);
        return schema.isEmpty() ? prologue : prologue.with(setLocalSchema() + ";");
    }

    /**
     * Returns the prologue of a query without BEGIN at READ COMMITTED, where statements have no common snapshot. The server still
     * refuses writes. Such settings are local to the flight, except for the session's {@link ReadOnlyDefault}, for which the next such query
     * needs no prologue.
     */
    Prologue standaloneReadPrologue() throws SQLException {
        Prologue prologue = Prologue.NONE;
        if (!physical.readOnlyDefault().isOn()) {
            prologue = prologue.with("SET transaction_read_only = on;");
            String forTheNext = physical.readOnlyDefault().request();
            prologue = forTheNext.isEmpty() ? prologue : prologue.with(forTheNext);
        }
        if (!physical.hasTimeout(lease.timeLimit()) && !physical.isSetByUrl(STATEMENT_TIMEOUT)) {
            prologue = prologue.with(setConfig(STATEMENT_TIMEOUT, remainingTimeout()));
        }
        return withSchema(withUrlSettings(prologue));
    }

    /**
     * Returns the prologue of a statement in auto-commit. What cannot be prepended to it is set for the session: sends that, and blocks
     * until it is answered.
     *
     * @param canPrepend whether a prologue can be sent in the statement's own flight
     */
    Prologue autoCommitPrologue(SqlKind kind, boolean canPrepend) throws SQLException {
        boolean inTransaction = kind == SqlKind.DATA || kind == SqlKind.PLAIN_QUERY;
        if (!inTransaction || !canPrepend) {
            setForSession(kind);
        }
        Prologue prologue = Prologue.NONE;
        if (physical.readOnlyDefault().isOn()) {
            prologue = prologue.with("SET transaction_read_only = off;");
        }
        if (isolation != Connection.TRANSACTION_NONE) { // first, because the others take a snapshot
            prologue = prologue.with(
                    "SET transaction_isolation = '" + nameOf(isolation).toLowerCase(Locale.ROOT) + "';");
        }
        if (needsMoreTime() && inTransaction) {
            prologue = prologue.with(setConfig(STATEMENT_TIMEOUT, remainingTimeout()));
        }
        return withSchema(inTransaction ? withUrlSettings(prologue) : prologue);
    }

    private void setForSession(SqlKind kind) throws SQLException {
        if (kind == SqlKind.OTHER && needsMoreTime() && !timeoutSetForSession) { // such as VACUUM
            lease.markAltered();
            timeoutSetForSession = true;
            try (Statement statement = physical.jdbc().createStatement()) {
                statement.execute("SET " + STATEMENT_TIMEOUT + " = '" + remainingTimeout() + "'");
            }
        }
        allowWrites();
    }

    /** Lets transactions write that do not declare READ ONLY or READ WRITE. Sends a statement if needed, and returns whether it did. */
    boolean allowWrites() throws SQLException {
        boolean needed = physical.readOnlyDefault().isOn() && !physical.isTransactionFailed();
        if (needed) {
            physical.readOnlyDefault().withdraw();
        }
        return needed;
    }

    /** Returns whether the session's timeout, which is that of requests, is shorter than the lease's deadline. */
    private boolean needsMoreTime() {
        return !physical.isSetByUrl(STATEMENT_TIMEOUT) && physical.hasShorterTimeout(lease.timeLimit());
    }

    private String setLocalSchema() throws SQLException {
        return "SET LOCAL search_path = " + quotedSchema();
    }

    private Prologue withUrlSettings(Prologue before) {
        Prologue prologue = before;
        for (String setting : physical.transactionSettings()) {
            prologue = prologue.with(setting);
        }
        return prologue;
    }

    private Prologue withSchema(Prologue before) throws SQLException {
        return schema.isEmpty() ? before : before.with(setConfig("search_path", quotedSchema()));
    }

    /** Returns the timeout in whole seconds, so that there are few statements to prepare; the lease cancels by the millisecond. */
    private String remainingTimeout() {
        return lease.remainingTime().plus(Duration.ofSeconds(1)).toSeconds() + "s";
    }

    /** Sets a parameter for the rest of the transaction, also in auto-commit. */
    private static String setConfig(String parameter, String value) throws SQLException {
        return "SELECT set_config('" + parameter + "', '" + Utils.escapeLiteral(new StringBuilder(), value, true)
                + "', true);";
    }

    private String quotedSchema() throws SQLException {
        return Utils.escapeIdentifier(new StringBuilder(), schema).toString();
    }
}
