package com.ketomealplan.neon.idempotency;

import com.ketomealplan.neon.idempotency.IdempotencyStore.Found;
import com.ketomealplan.neon.transaction.UnitOfWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a request with a key, to be run by a {@link UnitOfWork}: looks up the key, acts if it is new, and stores the answer
 * with the key in the same transaction. After an unknown commit outcome it may be run again: the key shows whether the last run
 * was committed. Not thread-safe.
 */
public final class IdempotentWork implements UnitOfWork.RecoverableWork<IdempotentWork.Result> {

    private static final Logger LOG = LoggerFactory.getLogger(IdempotentWork.class);

    /** The outcome of a request with a key. */
    public enum Outcome {
        /** The key is new: the request has acted. */
        ACTED,
        /** The request has acted before: its answer was stored. */
        REPEATED,
        /** The key was used for another request. */
        REUSED,
        /** Another request with the key is in progress. */
        IN_USE
    }

    /**
     * The result of a request with a key.
     *
     * @param answer the stored answer if {@link Outcome#REPEATED}, else null
     */
    public record Result(Outcome outcome, StoredAnswer answer) {
        private static Result of(Outcome outcome) {
            return new Result(outcome, null);
        }
    }

    /**
     * A request with a key.
     *
     * @param scope the caller and the operation: the same key of another scope is another key
     * @param fingerprint a digest of the request, to detect another one with the same key
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Request(IdempotencyKey key, List<String> scope, byte[] fingerprint) {}

    /**
     * The storage of answers.
     *
     * @param largest the largest body that is stored, in bytes
     */
    public record Storage(Jdbi jdbi, IdempotencyStore store, long largest) {}

    private final Storage storage;
    private final Request request;
    private final byte[] key;
    private final UnitOfWork.Options options;
    private final Callable<StoredAnswer> work;
    private boolean called;
    /** The answer that the last completed run has stored; null if none. */
    private StoredAnswer last;

    /** Whether a run has acted, or begun to, without storing its answer. */
    private boolean actedWithoutMarker;

    private boolean priorRunRuledOut;

    /**
     * @param options the unit's options, with an explicit isolation level ({@link #withIsolation}): at a default of REPEATABLE READ or
     *     higher a second run might not see that the first was committed
     * @param work acts, and returns the answer
     */
    public IdempotentWork(Storage storage, Request request, UnitOfWork.Options options, Callable<StoredAnswer> work) {
        if (options.isolation() == TransactionIsolationLevel.UNKNOWN) {
            throw new IllegalArgumentException("the isolation level is not known");
        }
        this.storage = storage;
        this.request = request;
        this.key = request.key().digestIn(request.scope());
        this.options = options;
        this.work = work;
    }

    /** Returns the options with an explicit isolation level, which the lookup of keys requires. */
    public static UnitOfWork.Options withIsolation(UnitOfWork.Options options) {
        return options.isolation() == TransactionIsolationLevel.UNKNOWN
                ? new UnitOfWork.Options(
                        TransactionIsolationLevel.READ_COMMITTED, options.readOnly(), options.replayable())
                : options;
    }

    @Override
    public Result call() throws Exception {
        // On a retry, the lock may be held by this request's last transaction
        boolean again = called;
        called = true;
        priorRunRuledOut = false;
        Found found = inUnit(connection -> storage.store().find(connection, key, again));
        Optional<StoredAnswer> known = found.answer();
        if (known.isPresent()) {
            if (!Arrays.equals(found.fingerprint(), request.fingerprint())) {
                return Result.of(Outcome.REUSED);
            }
            // Another request with the key may have acted after this one's run was rolled back
            return known.get().isSame(last) ? Result.of(Outcome.ACTED) : new Result(Outcome.REPEATED, known.get());
        }
        if (!found.free()) {
            return Result.of(Outcome.IN_USE);
        }
        // At higher levels the snapshot is older than the lock
        priorRunRuledOut = options.isolation() == TransactionIsolationLevel.READ_COMMITTED;
        if (last != null && !options.replayable()) {
            throw new SQLException("the connection was lost on COMMIT, and the unit was rolled back", "08006");
        }
        actedWithoutMarker = true;
        store(work.call());
        return Result.of(Outcome.ACTED);
    }

    private void store(StoredAnswer answer) throws SQLException {
        last = null;
        if (answer.body() != null && answer.body().length > storage.largest()) {
            LOG.warn(
                    "Answer to a request with an Idempotency-Key not stored: {} bytes; a repetition acts again"
                            + " (unitOfWork.maxStoredAnswer is {} bytes)",
                    answer.body().length,
                    storage.largest());
            return;
        }
        inUnit(connection -> {
            storage.store().store(connection, key, request.fingerprint(), answer);
            return answer;
        });
        last = answer;
        actedWithoutMarker = false;
    }

    @Override
    public boolean isPriorCommitRuledOut() {
        return priorRunRuledOut;
    }

    @Override
    public boolean hasStoredMarker() {
        return !actedWithoutMarker;
    }

    private <T> T inUnit(Query<T> query) throws SQLException {
        return storage.jdbi().withHandle(handle -> query.on(handle.getConnection()));
    }

    @FunctionalInterface
    private interface Query<T> {
        T on(Connection connection) throws SQLException;
    }
}
