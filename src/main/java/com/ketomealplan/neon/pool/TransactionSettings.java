package com.ketomealplan.neon.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Isolation level, read-only mode, schema and the URL's settings, as a borrower's transactions are to have them. JDBC sets
 * them for the session, and behind a pooler in transaction mode the session is the next client's too. Here they travel with
 * BEGIN, so they cost a transaction that has some a round trip, and no other one anything.
 */
final class TransactionSettings {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionSettings.class);

    private final Connection jdbc;
    private final String always;
    private int isolation = Connection.TRANSACTION_NONE; // none asked for: the server's default
    private String schema = "";
    private boolean readOnly;
    private boolean begun;

    /**
     * @param always SQL that begins every transaction, or nothing
     */
    TransactionSettings(Connection jdbc, String always) {
        this.jdbc = jdbc;
        this.always = always;
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
            execute(schemaSql());
        }
    }

    private String schemaSql() throws SQLException {
        StringBuilder quoted = new StringBuilder();
        Utils.escapeIdentifier(quoted, schema);
        return "SET LOCAL search_path = " + quoted + ";";
    }

    void beforeStatement() throws SQLException {
        if (begun || jdbc.getAutoCommit()) {
            return;
        }
        begun = true;
        StringBuilder sql = new StringBuilder();
        if (isolation != Connection.TRANSACTION_NONE) {
            sql.append("SET TRANSACTION ISOLATION LEVEL ").append(levelName()).append(';');
        }
        sql.append(always);
        if (!schema.isEmpty()) {
            sql.append(schemaSql());
        }
        if (sql.length() > 0) {
            execute(sql.toString());
        }
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

    private void execute(String sql) throws SQLException {
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
