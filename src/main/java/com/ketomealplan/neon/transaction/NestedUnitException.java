package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.transaction.UnitOfWork.Options;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Thrown if a unit of work is begun inside another one that lacks what it requires: a higher isolation level, or writing. A programming
 * error.
 */
public final class NestedUnitException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final TransactionIsolationLevel isolation;

    private NestedUnitException(String message, TransactionIsolationLevel isolation) {
        super(message);
        this.isolation = isolation;
    }

    static void check(Options inner, String name, Options outer) {
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

    /** Ranks isolation levels; none set is the server's default, READ COMMITTED. */
    private static int rank(TransactionIsolationLevel level) {
        return switch (level) {
            case REPEATABLE_READ -> 1;
            case SERIALIZABLE -> 2;
            default -> 0;
        };
    }

    /**
     * Returns the isolation level whose lack is the cause of a failure; {@link TransactionIsolationLevel#UNKNOWN} if there is
     * another cause.
     */
    public static TransactionIsolationLevel requestedIsolation(Throwable failure) {
        return Failure.find(failure, NestedUnitException.class)
                .map(nested -> nested.isolation)
                .orElse(TransactionIsolationLevel.UNKNOWN);
    }
}
