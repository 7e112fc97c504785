package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.PhysicalConnection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * What is sent before a statement, in the same flight.
 *
 * @param sql statements, each ended by a semicolon; empty if there is nothing to send
 * @param statements how many they are, and so how many results come before the statement's own
 * @param begins whether they begin a transaction
 * @param identity what the last of them asks of the {@link TransactionIdentity}
 */
record Prologue(String sql, int statements, boolean begins, Question identity) {

    static final Prologue NONE = new Prologue("", 0, false, Question.NOTHING);

    /** What is asked of a transaction's identity. */
    enum Question {
        NOTHING(""),
        /** Assigns the id: nothing that costs less tells transactions apart. The server is known already. */
        TRANSACTION("SELECT pg_current_xact_id()::text, pg_current_wal_flush_lsn()::text;"),
        TRANSACTION_AND_SERVER("SELECT pg_current_xact_id()::text, pg_current_wal_flush_lsn()::text, "
                + TransactionIdentity.SERVER_START + ";");

        private final String sql;

        Question(String sql) {
            this.sql = sql;
        }

        /** What a transaction is asked whose end may have to be found out. */
        static Question before(boolean readOnly, PhysicalConnection physical) {
            if (readOnly) {
                return NOTHING;
            }
            return physical.serverStart().isPresent() ? TRANSACTION : TRANSACTION_AND_SERVER;
        }
    }

    boolean isEmpty() {
        return statements == 0;
    }

    /** The same with a question at its end. */
    Prologue asking(Question question) {
        return question == Question.NOTHING ? this : new Prologue(sql + question.sql, statements + 1, begins, question);
    }

    /** The same with another statement at its end. */
    Prologue with(String statement) {
        return new Prologue(sql + statement, statements + 1, begins, identity);
    }

    /**
     * Leaves its results behind, so that the next one is the first of what came with it.
     *
     * @return what the server answered to the question; empty if there was none
     */
    Optional<TransactionIdentity> skip(Statement executed, PhysicalConnection physical) throws SQLException {
        Optional<TransactionIdentity> answer = Optional.empty();
        for (int left = statements; left > 0; left--) {
            if (left == 1 && identity != Question.NOTHING) {
                answer = Optional.of(answer(executed.getResultSet(), physical));
            }
            executed.getMoreResults();
        }
        return answer;
    }

    private TransactionIdentity answer(ResultSet row, PhysicalConnection physical) throws SQLException {
        row.next();
        String serverStart = identity == Question.TRANSACTION
                ? physical.serverStart().orElseThrow()
                : physical.serverStarted(row.getString(3));
        return new TransactionIdentity(row.getString(1), row.getString(2), serverStart);
    }
}
