package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleScope;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.core.extension.HandleSupplier;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs code whose database work is committed when it returns and rolled back when it throws. Every use of JDBI inside, on
 * the same thread, shares one connection, which is borrowed at the first use: code that does not touch the database
 * borrows none. Thread-safe.
 */
public final class UnitOfWork {

    private static final Logger LOG = LoggerFactory.getLogger(UnitOfWork.class);

    /** The compute may be restarted again while a unit is replayed; it is not restarted all the time. */
    private static final int MOST_REPLAYS = 10;

    private static final Duration REPLAY_TIME = Duration.ofSeconds(5);

    /**
     * How a unit runs.
     *
     * @param isolation {@link TransactionIsolationLevel#UNKNOWN} for the server's default
     * @param readOnly whether the server is to refuse writes
     */
    public record Options(TransactionIsolationLevel isolation, boolean readOnly) {
        public static final Options DEFAULT = new Options(TransactionIsolationLevel.UNKNOWN, false);
    }

    private final Jdbi jdbi;
    private final UnitTransactionHandler transactions;
    private final Scope scope = new Scope();
    private final ThreadLocal<Unit> current = new ThreadLocal<>();

    private UnitOfWork(Jdbi jdbi, UnitTransactionHandler transactions) {
        this.jdbi = jdbi;
        this.transactions = transactions;
    }

    /** Gives a JDBI its units of work: all its transactions, however entered, then follow the rules of this package. */
    public static UnitOfWork install(Jdbi jdbi) {
        UnitTransactionHandler transactions = new UnitTransactionHandler();
        InnerFailures innerFailures = new InnerFailures(transactions);
        UnitOfWork unitOfWork = new UnitOfWork(jdbi, transactions);
        jdbi.setTransactionHandler(transactions);
        jdbi.setHandleCallbackDecorator(innerFailures);
        jdbi.configure(Extensions.class, extensions -> extensions.registerHandlerCustomizer(innerFailures));
        jdbi.setHandleScope(unitOfWork.scope);
        return unitOfWork;
    }

    /**
     * Runs one unit. Inside another one of the same thread it joins that: one connection, one end. A read-only unit that
     * fails for a reason that has gone by the next attempt (its connection was lost, say) is run again from its beginning,
     * on another connection: it changed nothing.
     *
     * @throws CommitFailedException if the work could not be committed
     * @throws RollbackOnlyException if an inner unit failed and {@code work} returned all the same
     * @throws Exception whatever {@code work} throws; everything it did is rolled back
     */
    public <T> T call(Options options, Callable<T> work) throws Exception {
        if (current.get() != null || scope.isOpen()) {
            return jdbi.inTransaction(options.isolation(), handle -> work.call());
        }
        long begun = System.nanoTime();
        for (int replays = 0; ; replays++) {
            try {
                return once(options, work);
            } catch (Exception e) {
                if (!options.readOnly() || !mayReplay(e, replays, begun)) {
                    throw e;
                }
                LOG.info(
                        "A reading unit of work is run again: {}", Failure.of(e).cause());
            }
        }
    }

    /** A reading unit is over without trace even where its COMMIT had no answer. */
    private static boolean mayReplay(Exception exception, int replays, long begun) {
        Failure failure = Failure.of(exception);
        return failure.kind().isGoneAtOnce()
                && failure.outcome() != Failure.Outcome.NOT_SENT // there, the time to wait is over
                && replays < MOST_REPLAYS
                && System.nanoTime() - begun < REPLAY_TIME.toNanos();
    }

    private <T> T once(Options options, Callable<T> work) throws Exception {
        Unit unit = new Unit(options);
        current.set(unit);
        try {
            T result = work.call();
            unit.commit();
            return result;
        } catch (Throwable failure) {
            unit.rollback(failure);
            throw failure;
        } finally {
            current.remove();
            scope.clear();
            unit.close();
        }
    }

    /** One unit, from its first use of the database to its end. Used by one thread. */
    private final class Unit {

        private final Options options;
        private Handle handle;

        Unit(Options options) {
            this.options = options;
        }

        Handle handle() {
            if (handle == null) {
                handle = jdbi.open();
                if (options.readOnly()) {
                    handle.setReadOnly(true);
                }
                if (options.isolation() != TransactionIsolationLevel.UNKNOWN) {
                    handle.setTransactionIsolationLevel(options.isolation());
                }
                handle.begin();
            }
            return handle;
        }

        void commit() {
            if (handle != null) {
                handle.commit();
            }
        }

        void rollback(Throwable failure) {
            try {
                if (handle != null && handle.isInTransaction()) {
                    handle.rollback();
                }
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }

        /** Gives the connection back. The unit has ended: what goes wrong here no longer changes how. */
        void close() {
            if (handle == null) {
                return;
            }
            transactions.forget(handle);
            try {
                handle.close();
            } catch (RuntimeException e) {
                LOG.debug("A connection broke while it was given back; it is closed", e);
            }
        }
    }

    /** Gives JDBI the unit's handle when it first asks for one. */
    private final class Scope implements HandleScope {

        private final HandleScope handles = HandleScope.threadLocal();

        boolean isOpen() {
            return handles.get() != null;
        }

        @Override
        public HandleSupplier get() {
            Unit unit = current.get();
            if (unit != null && !isOpen()) {
                handles.set(unit.handle());
            }
            return handles.get();
        }

        @Override
        public void set(HandleSupplier handleSupplier) {
            handles.set(handleSupplier);
        }

        @Override
        public void clear() {
            handles.clear();
        }
    }
}
