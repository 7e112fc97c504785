package com.ketomealplan.neon.failure;

import java.sql.SQLException;

/**
 * Thrown if the connection was lost after COMMIT, or a statement in auto-commit, was sent. It may be stored.
 */
public final class UnansweredException extends SQLException implements Staged {

    private static final long serialVersionUID = 1L;

    /**
     * @param loss the driver's exception, whose SQLSTATE, and message without values, are kept
     */
    public UnansweredException(SQLException loss) {
        super(
                "what was sent may be stored, because its answer was lost: " + Wording.of(loss),
                loss.getSQLState(),
                loss.getErrorCode(),
                loss);
    }

    @Override
    public Stage stage() {
        return Stage.COMMITTING;
    }
}
