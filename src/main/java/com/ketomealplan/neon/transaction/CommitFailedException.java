package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.HasFailureStage;
import org.jdbi.v3.core.transaction.TransactionException;

/** Thrown if COMMIT did not succeed: the work is not stored, or the commit outcome is unknown. */
public final class CommitFailedException extends TransactionException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    private final Stage stage;

    private CommitFailedException(String message, Stage stage, Throwable cause) {
        super(message, cause);
        this.stage = stage;
    }

    static CommitFailedException rolledBack(Throwable cause) {
        return new CommitFailedException("COMMIT failed, and nothing is stored", Stage.WORKING, cause);
    }

    /** Creates the exception of an unknown outcome: the work may be stored. */
    public static CommitFailedException unknown(Throwable cause) {
        return new CommitFailedException("COMMIT was sent, and its outcome is unknown", Stage.COMMITTING, cause);
    }

    @Override
    public Stage stage() {
        return stage;
    }
}
