package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.PhysicalConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postgresql.core.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a transaction begins with: isolation level, schema, the URL's settings, the deadline, and the question for its
 * identity. JDBC sets some of it for the session, and behind a pooler in transaction mode the session is the next client's
 * too; here all of it is the transaction's. It travels with the first statement ({@link FirstStatement}), as pgjdbc's BEGIN
 * does, and so costs no round trip.
 */
final class TransactionOpening {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionOpening.class);

    private final PhysicalConnection physical;
    private final Connection jdbc;
    private int isolation = Connection.TRANSACTION_NONE; // none asked for: the server's default
    private String schema = "";
    private boolean readOnly;
    private boolean begun;
    private volatile TransactionIdentity identity;

    TransactionOpening(PhysicalConnection physical) {
        this.physical = physical;
        this.jdbc = physical.jdbc();
    }

    /** For the next transactions. A unit inside another one has the outer one's. */
    void isolation(int level) throws SQLException {
        if (begun && level != isolation()) {
            throw new SQLException("the transaction has begun with another isolation level", "25001");
        }
        if (level != isolation()) {
            isolation = level;
        }
    }

    /** Without asking the server, whose default is taken for PostgreSQL's own. */
    int isolation() {
        return isolation == Connection.TRANSACTION_NONE ? Connection.TRANSACTION_READ_COMMITTED : isolation;
    }

    /** For the next transactions, which pgjdbc then begins with BEGIN READ ONLY; one that has begun stays as it is. */
    void readOnly(boolean only) throws SQLException {
        if (!begun && only != readOnly) {
            jdbc.setReadOnly(only);
            readOnly = only;
        }
    }

    /** For the next transactions, or the rest of this one. */
    void schema(String name) throws SQLException {
        schema = name;
        if (begun) {
            run(schemaSql());
        }
    }

    private String schemaSql() throws SQLException {
        StringBuilder quoted = new StringBuilder();
        Utils.escapeIdentifier(quoted, schema);
        return "SET LOCAL search_path = " + quoted + ";";
    }

    /** Whether the next statement is the first one of a transaction. */
    boolean isPending() throws SQLException {
        return !begun && !jdbc.getAutoCommit();
    }

    /** Statements to be executed before the first one, each ended by a semicolon. */
    List<String> statements(Optional<Deadline> deadline) throws SQLException {
        List<String> statements = new ArrayList<>();
        if (isolation != Connection.TRANSACTION_NONE) {
            statements.add("SET TRANSACTION ISOLATION LEVEL " + levelName() + ";");
        }
        if (deadline.isPresent()) {
            // In whole seconds, so that there are few texts to prepare: the lease cancels by the millisecond
            long seconds = deadline.get().left().toSeconds() + 1;
            for (String timeout : List.of("statement_timeout", "idle_in_transaction_session_timeout")) {
                if (!physical.isSetByUrl(timeout)) {
                    statements.add("SET LOCAL " + timeout + " = '" + seconds + "s';");
                }
            }
        }
        statements.addAll(physical.settings().statements());
        if (!schema.isEmpty()) {
            statements.add(schemaSql());
        }
        if (!readOnly) {
            statements.add(TransactionIdentity.SQL + ";");
        }
        return statements;
    }

    /** From now on the statements are the transaction's; also if they fail, because BEGIN was with them. */
    void begin() {
        begun = true;
        forget();
    }

    /** Before a statement that they cannot travel with. */
    void execute(Optional<Deadline> deadline) throws SQLException {
        List<String> statements = statements(deadline);
        begin();
        if (statements.isEmpty()) {
            return;
        }
        try (Statement statement = jdbc.createStatement()) {
            statement.execute(String.join(" ", statements));
            skip(statement, statements.size());
        }
    }

    /** Leaves their results behind; what is next is the first result of what came with them. */
    void skip(Statement executed, int statements) throws SQLException {
        for (int left = statements; left > 0; left--) {
            if (left == 1 && !readOnly) {
                ResultSet row = executed.getResultSet();
                row.next();
                identity = new TransactionIdentity(row.getString(1), row.getString(2), row.getString(3));
            }
            executed.getMoreResults();
        }
    }

    /** Of the transaction that is open, or was the last. */
    Optional<TransactionIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    /** Another transaction may begin, by a statement of before, which brings no identity. */
    void forget() {
        identity = null;
    }

    boolean onlyReads() {
        return readOnly;
    }

    private String levelName() throws SQLException {
        return switch (isolation) {
            case Connection.TRANSACTION_READ_UNCOMMITTED -> "READ UNCOMMITTED";
            case Connection.TRANSACTION_READ_COMMITTED -> "READ COMMITTED";
            case Connection.TRANSACTION_REPEATABLE_READ -> "REPEATABLE READ";
            case Connection.TRANSACTION_SERIALIZABLE -> "SERIALIZABLE";
            default -> throw new SQLException("no isolation level of PostgreSQL: " + isolation, "0A000");
        };
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = jdbc.createStatement()) {
            statement.execute(sql);
        }
    }

    void transactionOver() {
        begun = false;
    }

    /** The borrower is done: the next one finds the connection as it was. */
    void end() {
        begun = false;
        try {
            readOnly(false);
        } catch (SQLException e) {
            LOG.debug("A connection came back inside a read-only transaction", e); // and will not be used again
        }
    }
}
