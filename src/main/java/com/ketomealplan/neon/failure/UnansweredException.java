package com.ketomealplan.neon.failure;

import java.sql.SQLException;

/**
 * The connection was lost after something was sent that the server commits without being asked again: a statement that is a transaction of
 * its own, or COMMIT. It may be stored.
 */
public final class UnansweredException extends SQLException implements Staged {

    private static final long serialVersionUID = 1L;

    /**
     * @param loss what the driver says of the connection; its code is this one's too, and its words as far as they quote nothing
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
