package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.Staged;
import org.jdbi.v3.core.transaction.TransactionException;

/** COMMIT did not succeed. Where the connection was lost on it, the work may be stored all the same. */
public final class CommitFailedException extends TransactionException implements Staged {

    private static final long serialVersionUID = 1L;

    public CommitFailedException(Throwable cause) {
        super("COMMIT failed", cause);
    }

    @Override
    public Stage stage() {
        return Stage.COMMITTING;
    }
}
