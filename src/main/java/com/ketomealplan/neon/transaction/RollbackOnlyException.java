package com.ketomealplan.neon.transaction;

import org.jdbi.v3.core.transaction.TransactionException;

/**
 * A unit of work was rolled back at its end although it returned normally, because a part of it had failed and its
 * exception had been caught on the way.
 */
public final class RollbackOnlyException extends TransactionException {

    private static final long serialVersionUID = 1L;

    RollbackOnlyException(Throwable cause) {
        super("the unit of work is rolled back: a part of it failed, and the exception was caught inside", cause);
    }
}
