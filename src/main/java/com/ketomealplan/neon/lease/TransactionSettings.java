package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.lease.Prologue.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import org.postgresql.core.Utils;

/**
 * What a borrower has set for its transactions, and the {@link Prologue} that tells the server: isolation level, schema, read-only, the
 * deadline, and the URL's settings where the session could not be given them. Used by one thread.
 */
final class TransactionSettings {

    private static final String STATEMENT_TIMEOUT = "statement_timeout";
    private static final String IDLE_TIMEOUT = "idle_in_transaction_session_timeout";

    private final Lease lease;
    private final PhysicalConnection physical;
    private int isolation = Connection.TRANSACTION_NONE; // none asked for: the server's default
    private String schema = "";
    private boolean readOnly;
    private boolean readsApart;

    TransactionSettings(Lease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
    }

    void isolation(int level) {
        isolation = level;
    }

    /** Without asking the server, whose default is taken for PostgreSQL's own. */
    int isolation() {
        return isolation == Connection.TRANSACTION_NONE ? Connection.TRANSACTION_READ_COMMITTED : isolation;
    }

    void readOnly(boolean only) {
        readOnly = only;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    void readApart() {
        readsApart = true;
    }

    /** Whether a query of a transaction that only reads may be sent alone. */
    boolean mayReadApart() {
        return readsApart && readOnly && isolation == Connection.TRANSACTION_NONE;
    }

    /**
     * Sets the schema.
     *
     * @param name null for the session's own
     */
    void schema(String name) {
        schema = name == null ? "" : name;
    }

    /** Returns the schema that was set; empty if there is none. */
    String schema() {
        return schema;
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

    /** Begins a transaction. */
    Prologue beginning() throws SQLException {
        String level = isolation == Connection.TRANSACTION_NONE ? "" : " ISOLATION LEVEL " + nameOf(isolation);
        String access = readOnly ? " READ ONLY" : "";
        Prologue prologue = new Prologue("BEGIN" + level + access + ";", 1, true, Question.NOTHING);
        if (!physical.hasTimeout(lease.deadline().time())) {
            for (String timeout : new String[] {STATEMENT_TIMEOUT, IDLE_TIMEOUT}) {
                if (!physical.isSetByUrl(timeout)) {
                    prologue = prologue.with("SET LOCAL " + timeout + " = '" + timeLeft() + "';");
                }
            }
        }
        prologue = withUrlSettings(prologue);
        return schema.isEmpty() ? prologue : prologue.with(setLocalSchema() + ";");
    }

    /**
     * Precedes a query that reads at READ COMMITTED, where statements have no snapshot in common that a transaction could keep: so it
     * needs none. The server refuses its writes all the same. Until the flight has ended, such settings are local to it.
     */
    Prologue apart() throws SQLException {
        Prologue prologue = Prologue.NONE.with("SET transaction_read_only = on;");
        if (!physical.hasTimeout(lease.deadline().time()) && !physical.isSetByUrl(STATEMENT_TIMEOUT)) {
            prologue = prologue.with(setConfig(STATEMENT_TIMEOUT, timeLeft()));
        }
        return withSchema(withUrlSettings(prologue));
    }

    /** Precedes a statement that is a transaction of its own. */
    Prologue alone(SqlKind kind) throws SQLException {
        Prologue prologue = Prologue.NONE;
        if (isolation != Connection.TRANSACTION_NONE) { // the first, because the others take a snapshot
            prologue = prologue.with(
                    "SET transaction_isolation = '" + nameOf(isolation).toLowerCase(Locale.ROOT) + "';");
        }
        if (needsMoreTime() && (kind == SqlKind.DATA || kind == SqlKind.PLAIN_QUERY)) {
            prologue = prologue.with(setConfig(STATEMENT_TIMEOUT, timeLeft()));
        }
        return withSchema(prologue);
    }

    /** Whether the session's time-out, which is that of requests, comes before the lease's deadline. */
    boolean needsMoreTime() {
        return physical.hasShorterTimeout(lease.deadline().time());
    }

    String setSessionTimeout() {
        return "SET " + STATEMENT_TIMEOUT + " = '" + timeLeft() + "'";
    }

    String setLocalSchema() throws SQLException {
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

    /** In whole seconds, so that there are few texts to prepare: the lease cancels by the millisecond. */
    private String timeLeft() {
        return lease.deadline().remaining().plus(Duration.ofSeconds(1)).toSeconds() + "s";
    }

    /** For the rest of the transaction, also where that is one statement's own. */
    private static String setConfig(String parameter, String value) throws SQLException {
        return "SELECT set_config('" + parameter + "', '" + Utils.escapeLiteral(new StringBuilder(), value, true)
                + "', true);";
    }

    private String quotedSchema() throws SQLException {
        return Utils.escapeIdentifier(new StringBuilder(), schema).toString();
    }
}
