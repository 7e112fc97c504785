package com.ketomealplan.neon.failure;

import java.sql.SQLException;

/**
 * Thrown if the connection was lost after COMMIT, or a statement in auto-commit, was sent. By itself it does not say whether that is stored;
 * where the outcome of a COMMIT could be looked up, it is the cause of the exception that says so.
 */
public final class UnansweredException extends SQLException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    /**
     * @param loss the driver's exception, whose SQLSTATE, and message without values, are kept
     */
    public UnansweredException(SQLException loss) {
        super(
                "the connection was lost before the answer: " + Wording.of(loss),
                loss.getSQLState(),
                loss.getErrorCode(),
                loss);
    }

    @Override
    public Stage stage() {
        return Stage.COMMITTING;
    }
}
