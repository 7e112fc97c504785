package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.handle.Prologue.IdentityQuery;
import java.sql.SQLException;

/** A transaction around one statement in auto-commit, to which the statement's settings are local. */
final class LocalTransaction {

    private LocalTransaction() {}

    static <T, X extends Throwable> T around(
            HandleTransaction transaction, Prologue settings, Execution<T, X> statement) throws X, SQLException {
        transaction.send(new Prologue("BEGIN;" + settings.sql(), settings.statements() + 1, false, IdentityQuery.NONE));
        T result;
        try {
            result = statement.send();
        } catch (Throwable e) {
            try {
                transaction.sendEnd("ROLLBACK");
            } catch (SQLException notRolledBack) {
                e.addSuppressed(notRolledBack);
            }
            throw e;
        }
        transaction.sendEnd("COMMIT");
        return result;
    }
}
