package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.connect.PhysicalConnection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The statements that are sent before a statement, in the same flight.
 *
 * @param sql statements, each ended by a semicolon; empty if there is nothing to send
 * @param statements their number, which is the number of results before the statement's own
 * @param begins whether they begin a transaction
 * @param identity what the last of them queries of the {@link TransactionIdentity}
 */
record Prologue(String sql, int statements, boolean begins, IdentityQuery identity) {

    static final Prologue NONE = new Prologue("", 0, false, IdentityQuery.NONE);

    /** The query for a transaction's identity. */
    enum IdentityQuery {
        NONE(""),
        /** Assigns the transaction id; nothing cheaper identifies a transaction. The server start is known already. */
        TRANSACTION("SELECT pg_current_xact_id()::text, pg_current_wal_flush_lsn()::text;"),
        TRANSACTION_AND_SERVER("SELECT pg_current_xact_id()::text, pg_current_wal_flush_lsn()::text, "
                + TransactionIdentity.SERVER_START + ";");

        private final String sql;

        IdentityQuery(String sql) {
            this.sql = sql;
        }

        /** Returns the query for a transaction whose commit outcome may have to be looked up. */
        static IdentityQuery before(boolean readOnly, PhysicalConnection physical) {
            if (readOnly) {
                return NONE;
            }
            return physical.serverStart().isPresent() ? TRANSACTION : TRANSACTION_AND_SERVER;
        }
    }

    boolean isEmpty() {
        return statements == 0;
    }

    /** Returns this prologue with a query appended. */
    Prologue withIdentityQuery(IdentityQuery query) {
        return query == IdentityQuery.NONE ? this : new Prologue(sql + query.sql, statements + 1, begins, query);
    }

    /** Returns this prologue with a statement appended. */
    Prologue with(String statement) {
        return new Prologue(sql + statement, statements + 1, begins, identity);
    }

    /**
     * Skips its results, so that the next one is the statement's own.
     *
     * @return the result of the query; empty if there was none
     */
    Optional<TransactionIdentity> skipResults(Statement executed, PhysicalConnection physical) throws SQLException {
        Optional<TransactionIdentity> answer = Optional.empty();
        for (int left = statements; left > 0; left--) {
            if (left == 1 && identity != IdentityQuery.NONE) {
                answer = Optional.of(answer(executed.getResultSet(), physical));
            }
            executed.getMoreResults();
        }
        return answer;
    }

    private TransactionIdentity answer(ResultSet row, PhysicalConnection physical) throws SQLException {
        row.next();
        String serverStart = identity == IdentityQuery.TRANSACTION
                ? physical.serverStart().orElseThrow()
                : physical.setServerStart(row.getString(3));
        return new TransactionIdentity(row.getString(1), row.getString(2), serverStart);
    }
}
