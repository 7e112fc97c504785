package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.transaction.UnitOfWork.Options;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * A unit of work was begun inside another one that has not what it asks for: a higher isolation level, or writing. It would get
 * less without a word. The program's mistake.
 */
public final class NestedUnitException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final TransactionIsolationLevel isolation;

    private NestedUnitException(String message, TransactionIsolationLevel isolation) {
        super(message);
        this.isolation = isolation;
    }

    static void throwIfMore(Options inner, String name, Options outer) {
        if (outer.readOnly() && !inner.readOnly()) {
            throw new NestedUnitException(
                    name + " is a unit of work that writes, inside one that only reads: take readOnly from the outer"
                            + " @Transaction, or @Transaction from the inner one",
                    TransactionIsolationLevel.UNKNOWN);
        }
        if (rank(inner.isolation()) > rank(outer.isolation())) {
            throw new NestedUnitException(
                    "%s asks for %s inside a unit of work at %s: give the outer @Transaction that level"
                            .formatted(name, inner.isolation(), outer.isolation()),
                    inner.isolation());
        }
    }

    /** Without a word it is what the server gives to who asks for nothing: READ COMMITTED, which is PostgreSQL's least. */
    private static int rank(TransactionIsolationLevel level) {
        return switch (level) {
            case REPEATABLE_READ -> 1;
            case SERIALIZABLE -> 2;
            default -> 0;
        };
    }

    /** The level whose lack is the cause of a failure; {@link TransactionIsolationLevel#UNKNOWN} if that is another one. */
    public static TransactionIsolationLevel isolationAskedFor(Throwable failure) {
        return Failure.find(failure, NestedUnitException.class)
                .map(nested -> nested.isolation)
                .orElse(TransactionIsolationLevel.UNKNOWN);
    }
}
