package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.lease.LeakDetector;
import com.ketomealplan.neon.transaction.UnitOfWork.Options;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a unit of work. Opens its handle at the first use of the database. Used by one thread. */
final class Unit {

    private static final Logger LOG = LoggerFactory.getLogger(UnitOfWork.class);

    private final Options options;
    private final Jdbi jdbi;
    private final UnitTransactionHandler transactions;
    private final Listeners<UnitListener> listeners;
    private Handle handle;

    Unit(Options options, Jdbi jdbi, UnitTransactionHandler transactions, Listeners<UnitListener> listeners) {
        this.options = options;
        this.jdbi = jdbi;
        this.transactions = transactions;
        this.listeners = listeners;
    }

    Options options() {
        return options;
    }

    Handle handle() {
        if (handle == null) {
            handle = LeakDetector.untracked(jdbi::open);
            if (options.readOnly()) {
                handle.setReadOnly(true);
            }
            if (options.isolation() != TransactionIsolationLevel.UNKNOWN) {
                handle.setTransactionIsolationLevel(options.isolation());
            } else if (options.readOnly()) {
                transaction().ifPresent(LeasedTransaction::allowStandaloneReads);
            }
            handle.begin();
        }
        return handle;
    }

    void commit() {
        if (handle == null) {
            return;
        }
        long begun = System.nanoTime();
        Throwable failure = null;
        try {
            handle.commit();
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            Duration time = Duration.ofNanos(System.nanoTime() - begun);
            Optional<Throwable> end = Optional.ofNullable(failure);
            listeners.forEach(listener -> listener.onCommit(time, end));
        }
    }

    void rollback(Throwable failure) {
        if (handle == null) {
            return;
        }
        try {
            if (handle.isInTransaction()) {
                handle.rollback();
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        listeners.forEach(listener -> listener.onRollback(failure));
    }

    Optional<LeasedTransaction> transaction() {
        return Optional.ofNullable(handle).flatMap(open -> LeasedTransaction.of(open.getConnection()));
    }

    /** Returns whether it may have committed something by itself. */
    boolean mayHaveCommitted() {
        return transaction().map(LeasedTransaction::mayHaveCommitted).orElse(false);
    }

    /** Returns the connection. Does not throw: the unit has ended. */
    void close() {
        if (handle == null) {
            return;
        }
        transactions.forget(handle);
        listeners.forEach(listener -> listener.onRelease(handle.getConnection()));
        try {
            handle.close();
        } catch (RuntimeException e) {
            LOG.debug("Connection failed while it was returned: closed", e);
        }
    }
}
