package com.ketomealplan.neon.transaction;

import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.DelegatingTransactionHandler;
import org.jdbi.v3.core.transaction.LocalTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jdbi.v3.core.transaction.TransactionHandler;

/**
 * JDBI's own transactions, which commit what an outer unit swallowed; with a mark that makes such a unit roll back. JDBI
 * runs a nested unit without asking its transaction handler, so the mark is set from outside: {@link InnerFailures}.
 */
final class UnitTransactionHandler extends DelegatingTransactionHandler {

    /** The first failure of an inner unit, for the handles of this thread; a handle never leaves its thread. */
    private final ThreadLocal<Map<Handle, Throwable>> innerFailures;

    UnitTransactionHandler() {
        this(LocalTransactionHandler.binding(), ThreadLocal.withInitial(IdentityHashMap::new));
    }

    private UnitTransactionHandler(TransactionHandler delegate, ThreadLocal<Map<Handle, Throwable>> innerFailures) {
        super(delegate);
        this.innerFailures = innerFailures;
    }

    @Override
    public TransactionHandler specialize(Handle handle) throws SQLException {
        return new UnitTransactionHandler(getDelegate().specialize(handle), innerFailures);
    }

    /** From now on the handle's transaction can only be rolled back. */
    void rollbackOnly(Handle handle, Throwable failure) {
        innerFailures.get().putIfAbsent(handle, failure);
    }

    /** The handle's transaction has ended, however it did. */
    void forget(Handle handle) {
        innerFailures.get().remove(handle);
    }

    /**
     * Commits, or rolls back if an inner unit failed.
     *
     * @throws RollbackOnlyException if it rolled back
     * @throws CommitFailedException if COMMIT failed; whether it took effect may be unknown
     */
    @Override
    public void commit(Handle handle) {
        Throwable innerFailure = innerFailures.get().get(handle);
        if (innerFailure != null) {
            rollback(handle);
            throw new RollbackOnlyException(innerFailure);
        }
        try {
            super.commit(handle);
        } catch (TransactionException e) {
            throw new CommitFailedException(e);
        }
    }

    @Override
    public void rollback(Handle handle) {
        forget(handle);
        super.rollback(handle);
    }
}
