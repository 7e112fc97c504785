package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.handle.Prologue.IdentityQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A transaction around one statement in auto-commit, to which the statement's settings are local. */
final class LocalTransaction {

    private LocalTransaction() {}

    static <T, X extends Throwable> T around(
            HandleTransaction transaction, Connection driver, Prologue settings, Execution<T, X> statement)
            throws X, SQLException {
        T result;
        try {
            transaction.send(
                    new Prologue("BEGIN;" + settings.sql(), settings.statements() + 1, false, IdentityQuery.NONE));
            result = statement.send();
        } catch (Throwable e) {
            rollBack(transaction, driver, e);
            throw e;
        }
        end(transaction, driver, "COMMIT");
        return result;
    }

    /** Executes something in no transaction, on a connection whose driver begins one for whatever it sends. */
    static <T> T without(Connection driver, Execution<T, SQLException> statement) throws SQLException {
        driver.setAutoCommit(true);
        try {
            return statement.send();
        } finally {
            if (!driver.isClosed()) {
                driver.setAutoCommit(false);
            }
        }
    }

    /** Also if the first flight has failed after its BEGIN. */
    private static void rollBack(HandleTransaction transaction, Connection driver, Throwable cause) {
        if (transaction.isOpen()) {
            try {
                end(transaction, driver, "ROLLBACK");
            } catch (SQLException notRolledBack) {
                cause.addSuppressed(notRolledBack);
            }
        }
    }

    private static void end(HandleTransaction transaction, Connection driver, String sql) throws SQLException {
        try (Statement statement = driver.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw transaction.translate(e, sql);
        } finally {
            transaction.afterSend();
        }
    }
}
