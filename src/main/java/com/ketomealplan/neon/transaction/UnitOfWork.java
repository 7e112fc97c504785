package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.MissingPrivilegeException;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.lease.Deadline;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.HandleScope;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.core.extension.HandleSupplier;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.sqlobject.transaction.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs code whose database work is committed when it returns and rolled back when it throws. All uses of JDBI inside, on
 * the same thread, share one connection, which is borrowed at the first use. Thread-safe.
 */
public final class UnitOfWork {

    private static final Logger LOG = LoggerFactory.getLogger(UnitOfWork.class);

    private static final int MAX_REPLAYS = 3;

    /** The key of the log context for the number of the run, from the second one on. */
    private static final String ATTEMPT = "attempt";

    /** The time limit of retries without a {@link Deadline}. */
    private static final Duration REPLAY_TIME = Duration.ofSeconds(5);

    /**
     * The options of a unit of work.
     *
     * @param isolation {@link TransactionIsolationLevel#UNKNOWN} for the server's default
     * @param readOnly whether the server refuses writes
     * @param replayable whether it may be run again after a rollback; a read-only unit always may
     */
    public record Options(TransactionIsolationLevel isolation, boolean readOnly, boolean replayable) {

        public static final Options DEFAULT = new Options(TransactionIsolationLevel.UNKNOWN, false, false);

        /** Returns the options of the first element with {@link Transaction}; empty if none has it. */
        public static Optional<Options> of(AnnotatedElement... elements) {
            boolean replayable = Stream.of(elements).anyMatch(element -> element.isAnnotationPresent(Replayable.class));
            return Stream.of(elements)
                    .map(element -> element.getAnnotation(Transaction.class))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(found -> new Options(found.value(), found.readOnly(), replayable || found.readOnly()));
        }
    }

    /**
     * Work that stores a marker in its own transaction, by which its next run finds out whether that was committed. So it may be run
     * again after an unknown commit outcome.
     */
    public interface RecoverableWork<T> extends Callable<T> {

        /** Returns whether the current or last run has found out that no earlier one was committed. */
        boolean isPriorCommitRuledOut();

        /** Returns whether the last run, if it came to its end, has stored its marker: without it, the next one would act again. */
        boolean hasStoredMarker();
    }

    private final Jdbi jdbi;
    private final UnitTransactionHandler transactions;
    private final Listeners<UnitListener> listeners;
    private final Scope scope = new Scope();
    private final ThreadLocal<Unit> current = new ThreadLocal<>();

    private UnitOfWork(Jdbi jdbi, UnitTransactionHandler transactions, Listeners<UnitListener> listeners) {
        this.jdbi = jdbi;
        this.transactions = transactions;
        this.listeners = listeners;
    }

    /**
     * Installs units of work in a JDBI: all its transactions, however entered, then follow the rules of this package.
     *
     * @param dataSource the source of JDBI's connections
     */
    public static UnitOfWork install(Jdbi jdbi, DataSource dataSource, UnitListener... listener) {
        Listeners<UnitListener> listeners = Listeners.of(List.of(listener));
        UnitTransactionHandler transactions = new UnitTransactionHandler(new CommitResolver(dataSource, listeners));
        UnitOfWork unitOfWork = new UnitOfWork(jdbi, transactions, listeners);
        InnerFailures innerFailures = new InnerFailures(transactions);
        jdbi.setTransactionHandler(transactions);
        jdbi.setHandleCallbackDecorator(innerFailures);
        jdbi.configure(Extensions.class, extensions -> extensions.registerHandlerCustomizer(innerFailures));
        jdbi.setHandleScope(unitOfWork.scope);
        return unitOfWork;
    }

    /**
     * Runs one unit. Inside another one of the same thread it joins that: one connection, one commit. A unit that was rolled
     * back for a transient reason (its connection was lost, or it collided with another one) is run again from its start, on
     * another connection, if its options allow that. Blocks.
     *
     * @throws NestedUnitException if it is inside another one that lacks what its options require
     * @throws WriteInReadOnlyUnitException if its options are read-only and it wrote
     * @throws CommitFailedException if the work could not be committed
     * @throws RollbackOnlyException if an inner unit failed and {@code work} returned normally
     * @throws com.ketomealplan.neon.lease.DeadlineExceededException if it was not done in time; nothing is stored
     * @throws Exception whatever {@code work} throws; everything it did is rolled back
     */
    public <T> T call(Options options, Callable<T> work) throws Exception {
        if (isOpen()) {
            checkNesting(options, "a unit of work inside another one");
            return jdbi.inTransaction(options.isolation(), handle -> work.call());
        }
        listeners.forEach(UnitListener::onBegin);
        Throwable failure = null;
        try {
            return runWithRetries(options, work);
        } catch (Exception | Error e) {
            failure = e;
            throw e;
        } finally {
            Optional<Throwable> end = Optional.ofNullable(failure);
            listeners.forEach(listener -> listener.onEnd(end));
        }
    }

    private <T> T runWithRetries(Options options, Callable<T> work) throws Exception {
        long begun = System.nanoTime();
        Exception inDoubt = null;
        for (int replays = 0; ; replays++) {
            Unit unit = new Unit(options, jdbi, transactions, listeners);
            try {
                return runOnce(unit, work);
            } catch (Exception e) {
                Failure failure = Failure.of(e);
                if (options.readOnly() && failure.kind() == FailureKind.READ_ONLY) {
                    throw new WriteInReadOnlyUnitException(e);
                }
                if (failure.outcome() == Failure.Outcome.UNKNOWN) {
                    inDoubt = e;
                } else if (inDoubt != null
                        && work instanceof RecoverableWork<?> recoverable
                        && recoverable.isPriorCommitRuledOut()) {
                    inDoubt = null;
                }
                // Longer after a conflict: the other transaction may still be under way
                int pauses = failure.kind() == FailureKind.CONFLICT ? 2 * replays + 1 : replays;
                boolean mayReplay = isTimeLeft(replays, begun)
                        && (inDoubt == null ? mayReplay(unit, failure) : isRecoverable(work));
                if (!mayReplay || !RetryBackoff.sleep(pauses)) {
                    throw inDoubt == null ? e : inDoubt; // a later failure does not say what may be stored
                }
                listeners.forEach(listener -> listener.onReplay(failure.kind()));
                MDC.put(ATTEMPT, Integer.toString(replays + 2));
                LOG.info("Unit of work is run again (attempt {}): {}", replays + 2, failure.cause());
            }
        }
    }

    /**
     * Checks what a unit is about to return. {@link #call} does it too, without the other types.
     *
     * @param others further types whose objects are read lazily
     * @throws IllegalStateException if the result would be read from the database after the unit has ended
     */
    public static void checkNotStreaming(Object result, Class<?>... others) {
        StreamingResults.check(result, others);
    }

    /** Returns whether a unit, or a handle of JDBI, is open on this thread. */
    boolean isOpen() {
        return current.get() != null || scope.isOpen();
    }

    /**
     * Checks the options of a unit that joins the one of this thread, if there is one.
     *
     * @param name the name of the inner one, for the message
     * @throws NestedUnitException if it requires more than the outer one has
     */
    void checkNesting(Options inner, String name) {
        Unit outer = current.get();
        if (outer != null) {
            NestedUnitException.check(inner, name, outer.options());
        }
    }

    private static boolean isTimeLeft(int replays, long begun) {
        return replays < MAX_REPLAYS
                && (Deadline.current().isPresent() || System.nanoTime() - begun < REPLAY_TIME.toNanos());
    }

    private static boolean isRecoverable(Callable<?> work) {
        return work instanceof RecoverableWork<?> recoverable && recoverable.hasStoredMarker();
    }

    private static boolean mayReplay(Unit unit, Failure failure) {
        return unit.options().replayable()
                && !unit.mayHaveCommitted()
                && failure.outcome() == Failure.Outcome.ROLLED_BACK // not NOT_SENT: then the time to wait has passed
                && failure.kind().isRetryableImmediately();
    }

    /**
     * Returns a thread-safe SQL object. Its methods with {@link Transaction} are units of work, those with {@link Replayable} may be run
     * again.
     */
    public <D> D sqlObject(Class<D> type) {
        return SqlObjects.create(type, this, jdbi, scope);
    }

    private <T> T runOnce(Unit unit, Callable<T> work) throws Exception {
        current.set(unit);
        try {
            T result = work.call();
            StreamingResults.check(result);
            unit.commit();
            return result;
        } catch (Exception thrown) {
            Exception failure = explain(thrown, unit.transaction());
            unit.rollback(failure);
            throw MissedDeadline.explain(failure, unit.transaction());
        } catch (Error failure) {
            unit.rollback(failure);
            throw failure;
        } finally {
            current.remove();
            scope.clear();
            unit.close();
            MDC.remove(ATTEMPT);
        }
    }

    /** Returns an exception of JDBI with the privilege that is missing, if one is; any other exception as it is. */
    private static Exception explain(Exception thrown, Optional<LeasedTransaction> transaction) {
        return transaction
                .filter(any -> thrown instanceof JdbiException)
                .flatMap(leased -> MissingPrivilegeException.of(thrown, leased.role()))
                .<Exception>map(missing -> missing)
                .orElse(thrown);
    }

    /** Supplies the unit's handle to JDBI at its first use. */
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
