package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.handle.TransactionIdentity;
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
 * JDBI's transactions, with a rollback-only mark: a unit that has caught the failure of an inner one is rolled back. JDBI runs a nested
 * unit without calling its transaction handler, so {@link InnerFailures} sets the mark.
 */
final class UnitTransactionHandler extends DelegatingTransactionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(UnitTransactionHandler.class);

    /** The first failure of an inner unit, by handle; a handle never leaves its thread. Null on a thread without one. */
    private final ThreadLocal<Map<Handle, Throwable>> innerFailures;

    private final CommitResolver resolver;

    UnitTransactionHandler(CommitResolver resolver) {
        this(LocalTransactionHandler.binding(), new ThreadLocal<>(), resolver);
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

    /** Marks the handle's transaction as rollback-only. */
    void rollbackOnly(Handle handle, Throwable failure) {
        Map<Handle, Throwable> failures = innerFailures.get();
        if (failures == null) {
            failures = new IdentityHashMap<>();
            innerFailures.set(failures);
        }
        failures.putIfAbsent(handle, failure);
    }

    /** Removes the mark; called when the handle's transaction has ended. */
    void forget(Handle handle) {
        Map<Handle, Throwable> failures = innerFailures.get();
        if (failures != null) {
            failures.remove(handle);
        }
    }

    /**
     * Commits, or rolls back if an inner unit failed. If COMMIT had no answer, looks up its outcome, and returns if it was
     * committed.
     *
     * @throws RollbackOnlyException if it was rolled back because of an inner unit
     * @throws CommitFailedException if COMMIT failed; its outcome may be unknown
     */
    @Override
    public void commit(Handle handle) {
        Map<Handle, Throwable> failures = innerFailures.get();
        Throwable innerFailure = failures == null ? null : failures.get(handle);
        if (innerFailure != null) {
            rollback(handle);
            throw new RollbackOnlyException(innerFailure);
        }
        try {
            super.commit(handle);
        } catch (JdbiException e) {
            resolveCommit(handle, e);
        }
    }

    private void resolveCommit(Handle handle, JdbiException failure) {
        LeasedTransaction transaction =
                LeasedTransaction.of(handle.getConnection()).orElseThrow(() -> CommitFailedException.unknown(failure));
        switch (transaction.lastCommit()) {
            case DONE:
                LOG.debug("Connection lost after its COMMIT was answered", failure);
                return;
            case UNANSWERED:
                break;
            default:
                throw CommitFailedException.rolledBack(failure);
        }
        TransactionIdentity identity = transaction
                .identity()
                .orElseThrow(() -> transaction.isReadOnly()
                        ? CommitFailedException.rolledBack(failure)
                        : CommitFailedException.unknown(failure)); // it was begun without the handle
        transaction.discard(); // the lookup may need its place in the pool
        CommitOutcome outcome = resolver.resolve(identity);
        LOG.info("Commit outcome of {} looked up: {}", identity.id(), outcome);
        switch (outcome) {
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
