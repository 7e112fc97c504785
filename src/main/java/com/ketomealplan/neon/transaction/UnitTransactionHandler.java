package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.lease.LeasedTransaction;
import com.ketomealplan.neon.lease.TransactionIdentity;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.DelegatingTransactionHandler;
import org.jdbi.v3.core.transaction.LocalTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JDBI's own transactions, which commit what an outer unit swallowed; with a mark that makes such a unit roll back. JDBI
 * runs a nested unit without asking its transaction handler, so the mark is set from outside: {@link InnerFailures}.
 */
final class UnitTransactionHandler extends DelegatingTransactionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(UnitTransactionHandler.class);

    /** The first failure of an inner unit, for the handles of this thread; a handle never leaves its thread. */
    private final ThreadLocal<Map<Handle, Throwable>> innerFailures;

    private final CommitResolver resolver;

    UnitTransactionHandler(CommitResolver resolver) {
        this(LocalTransactionHandler.binding(), ThreadLocal.withInitial(IdentityHashMap::new), resolver);
    }

    private UnitTransactionHandler(
            TransactionHandler delegate, ThreadLocal<Map<Handle, Throwable>> innerFailures, CommitResolver resolver) {
        super(delegate);
        this.innerFailures = innerFailures;
        this.resolver = resolver;
    }

    @Override
    public TransactionHandler specialize(Handle handle) throws SQLException {
        return new UnitTransactionHandler(getDelegate().specialize(handle), innerFailures, resolver);
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
     * Commits, or rolls back if an inner unit failed. If COMMIT had no answer, looks up what became of it, and returns if
     * it took effect.
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
        } catch (JdbiException e) {
            settle(handle, e);
        }
    }

    private void settle(Handle handle, JdbiException failure) {
        LeasedTransaction lease =
                LeasedTransaction.of(handle.getConnection()).orElseThrow(() -> CommitFailedException.unknown(failure));
        switch (lease.lastCommit()) {
            case DONE:
                LOG.debug("A connection broke after its COMMIT", failure);
                return;
            case UNANSWERED:
                break;
            default:
                throw CommitFailedException.rolledBack(failure);
        }
        TransactionIdentity transaction = lease.identity()
                .orElseThrow(() -> lease.isReadOnly()
                        ? CommitFailedException.rolledBack(failure)
                        : CommitFailedException.unknown(failure)); // it was begun by what is not ours
        lease.discard(); // it may be the pool's last one
        Fate fate = resolver.resolve(transaction);
        LOG.info("COMMIT of transaction {} had no answer; it is {}", transaction.id(), fate);
        switch (fate) {
            case COMMITTED:
                return;
            case ABORTED:
                throw CommitFailedException.rolledBack(failure);
            default:
                throw CommitFailedException.unknown(failure);
        }
    }

    @Override
    public void rollback(Handle handle) {
        forget(handle);
        super.rollback(handle);
    }
}
