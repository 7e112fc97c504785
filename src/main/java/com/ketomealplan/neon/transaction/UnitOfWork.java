package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
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
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.core.extension.HandleSupplier;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.sqlobject.transaction.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs code whose database work is committed when it returns and rolled back when it throws. Every use of JDBI inside, on
 * the same thread, shares one connection, which is borrowed at the first use: code that does not touch the database
 * borrows none. Thread-safe.
 */
public final class UnitOfWork {

    private static final Logger LOG = LoggerFactory.getLogger(UnitOfWork.class);

    /** So often at most is a unit run again. */
    private static final int MOST_REPLAYS = 3;

    /** In the log's context, the number of the run, from the second one on. */
    private static final String ATTEMPT = "attempt";

    /** For work without a {@link Deadline}. */
    private static final Duration REPLAY_TIME = Duration.ofSeconds(5);

    /**
     * How a unit runs.
     *
     * @param isolation {@link TransactionIsolationLevel#UNKNOWN} for the server's default
     * @param readOnly whether the server is to refuse writes
     * @param replayable whether it may be run again after it was rolled back; one that only reads always is
     */
    public record Options(TransactionIsolationLevel isolation, boolean readOnly, boolean replayable) {

        public static final Options DEFAULT = new Options(TransactionIsolationLevel.UNKNOWN, false, false);

        public static final Options READ_ONLY = new Options(TransactionIsolationLevel.UNKNOWN, true, true);

        /** What the annotations on the first of these that has {@link Transaction} say; empty if none has. */
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
     * Work that leaves a mark in its own transaction, by which its next run finds out whether that was committed. So it may
     * be run again also if nobody else knows.
     */
    public interface RecoverableWork<T> extends Callable<T> {

        /** Whether the run that is under way, or has just ended, has found out that no earlier one was committed. */
        boolean isPriorRunRuledOut();

        /** Whether the last run has left its mark, if it came to its end: without it, the next one would act again. */
        boolean hasLeftMark();
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
     * Gives a JDBI its units of work: all its transactions, however entered, then follow the rules of this package.
     *
     * @param dataSource where JDBI has its connections from
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
     * Runs one unit. Inside another one of the same thread it joins that: one connection, one end. A unit that was rolled
     * back for a reason that has gone by the next attempt (its connection was lost, or it collided with another one) is run
     * again from its beginning, on another connection, if its options allow that.
     *
     * @throws NestedUnitException if it is inside another one that has not what its options ask for
     * @throws WriteInReadOnlyUnitException if its options are read-only and it wrote
     * @throws CommitFailedException if the work could not be committed
     * @throws RollbackOnlyException if an inner unit failed and {@code work} returned all the same
     * @throws com.ketomealplan.neon.lease.DeadlineExceededException if it was not done in time; nothing is stored
     * @throws Exception whatever {@code work} throws; everything it did is rolled back
     */
    public <T> T call(Options options, Callable<T> work) throws Exception {
        if (isOpen()) {
            refuseMoreThanOuter(options, "a unit of work inside another one");
            return jdbi.inTransaction(options.isolation(), handle -> work.call());
        }
        listeners.forEach(UnitListener::begun);
        Throwable failure = null;
        try {
            return untilItIsDone(options, work);
        } catch (Exception | Error e) {
            failure = e;
            throw e;
        } finally {
            Optional<Throwable> end = Optional.ofNullable(failure);
            listeners.forEach(listener -> listener.ended(end));
        }
    }

    private <T> T untilItIsDone(Options options, Callable<T> work) throws Exception {
        long begun = System.nanoTime();
        Exception inDoubt = null;
        for (int replays = 0; ; replays++) {
            Unit unit = new Unit(options, jdbi, transactions, listeners);
            try {
                return once(unit, work);
            } catch (Exception e) {
                Failure failure = Failure.of(e);
                if (options.readOnly() && failure.kind() == FailureKind.READ_ONLY) {
                    throw new WriteInReadOnlyUnitException(e);
                }
                if (failure.outcome() == Failure.Outcome.UNKNOWN) {
                    inDoubt = e;
                } else if (inDoubt != null
                        && work instanceof RecoverableWork<?> marked
                        && marked.isPriorRunRuledOut()) {
                    inDoubt = null;
                }
                // Who collided waits longer: the other one, or the next in the row, is still there
                int pauses = failure.kind() == FailureKind.CONFLICT ? 2 * replays + 1 : replays;
                boolean mayReplay = isTimeLeft(replays, begun)
                        && (inDoubt == null ? mayReplay(unit, failure) : isRecoverable(work));
                if (!mayReplay || !Pause.before(pauses)) {
                    throw inDoubt == null ? e : inDoubt; // what failed later says nothing of what may be stored
                }
                listeners.forEach(listener -> listener.replayed(failure.kind()));
                MDC.put(ATTEMPT, Integer.toString(replays + 2));
                LOG.info("A unit of work is run again: {}", failure.cause());
            }
        }
    }

    /**
     * Checks what a unit is about to return; {@link #call} does it by itself.
     *
     * @param others types whose objects are read later, too, as {@link #call} does not know
     * @throws IllegalStateException if it would be read from the database when the unit is over
     */
    public static void refuseStreaming(Object result, Class<?>... others) {
        Streaming.refuse(result, others);
    }

    /** Whether a unit, or a handle of JDBI's, is open on this thread. */
    boolean isOpen() {
        return current.get() != null || scope.isOpen();
    }

    /**
     * Checks a unit that is to join the one of this thread, if there is one.
     *
     * @param name of the inner one, for who has to mend it
     * @throws NestedUnitException if it asks for more than the outer one has
     */
    void refuseMoreThanOuter(Options inner, String name) {
        Unit outer = current.get();
        if (outer != null) {
            NestedUnitException.throwIfMore(inner, name, outer.options());
        }
    }

    private static boolean isTimeLeft(int replays, long begun) {
        return replays < MOST_REPLAYS
                && (Deadline.current().isPresent() || System.nanoTime() - begun < REPLAY_TIME.toNanos());
    }

    private static boolean isRecoverable(Callable<?> work) {
        return work instanceof RecoverableWork<?> marked && marked.hasLeftMark();
    }

    private static boolean mayReplay(Unit unit, Failure failure) {
        return unit.options().replayable()
                && !unit.hasEscaped()
                && failure.outcome() == Failure.Outcome.ROLLED_BACK // if it had no connection, the time to wait is over
                && failure.kind().isGoneAtOnce();
    }

    /**
     * A SQL object that may be shared by all threads. Its methods with {@link Transaction} are units of work, those with
     * {@link Replayable} are run again.
     */
    public <D> D sqlObject(Class<D> type) {
        return SqlObjects.create(type, this, jdbi, scope);
    }

    private <T> T once(Unit unit, Callable<T> work) throws Exception {
        current.set(unit);
        try {
            T result = work.call();
            Streaming.refuse(result);
            unit.commit();
            return result;
        } catch (Exception failure) {
            unit.rollback(failure);
            throw MissedDeadline.explain(failure, unit.lease());
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
