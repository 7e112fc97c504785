package com.ketomealplan.neon.transaction;

import org.jdbi.v3.core.transaction.TransactionException;

/**
 * Thrown if a unit of work is rolled back although it returned normally, because an inner unit had failed and its exception was
 * caught.
 */
public final class RollbackOnlyException extends TransactionException {

    private static final long serialVersionUID = 1L;

    RollbackOnlyException(Throwable cause) {
        super("the unit of work is rolled back: a part of it failed, and the exception was caught inside", cause);
    }
}
