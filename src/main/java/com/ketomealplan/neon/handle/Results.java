package com.ketomealplan.neon.handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The current result of a statement that was executed with a prologue: rows, or an update count. The other one is refused, as by
 * {@code executeQuery} and {@code executeUpdate}.
 */
final class Results {

    private Results() {}

    static boolean hasRows(Statement executed) throws SQLException {
        return executed.getResultSet() != null;
    }

    static ResultSet rows(Statement executed) throws SQLException {
        if (!hasRows(executed)) {
            throw new SQLException("the statement returned no rows", "02000"); // as pgjdbc has it
        }
        return executed.getResultSet();
    }

    static int updateCount(Statement executed) throws SQLException {
        refuseRows(executed);
        return executed.getUpdateCount();
    }

    static long largeUpdateCount(Statement executed) throws SQLException {
        refuseRows(executed);
        return executed.getLargeUpdateCount();
    }

    private static void refuseRows(Statement executed) throws SQLException {
        if (hasRows(executed)) {
            throw new SQLException("the statement returned rows", "0100E"); // as pgjdbc has it
        }
    }
}
