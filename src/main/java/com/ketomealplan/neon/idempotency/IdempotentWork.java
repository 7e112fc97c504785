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
 * The work of a request with a key, to be run by a {@link UnitOfWork}: looks its key up, acts if it is new, and keeps the answer
 * with the key in the same transaction. May be run again if it is not known whether the last run was committed: its key tells. For
 * one thread.
 */
public final class IdempotentWork implements UnitOfWork.RecoverableWork<IdempotentWork.Result> {

    private static final Logger LOG = LoggerFactory.getLogger(IdempotentWork.class);

    /** What became of a request. */
    public enum Outcome {
        /** It acted, now. */
        ACTED,
        /** It has acted before: its answer was stored. */
        REPEATED,
        /** The key was another request's. */
        REUSED,
        /** Somebody else is at work on it. */
        IN_USE
    }

    /**
     * What became of a request.
     *
     * @param answer the stored one of a request that is {@link Outcome#REPEATED}, else null
     */
    public record Result(Outcome outcome, StoredAnswer answer) {
        private static Result of(Outcome outcome) {
            return new Result(outcome, null);
        }
    }

    /**
     * A request with a key.
     *
     * @param scope whose key it is and for what: the same key of another scope is another key
     * @param fingerprint what tells the request from another one with the same key
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Request(IdempotencyKey key, List<String> scope, byte[] fingerprint) {}

    /**
     * How requests are handled.
     *
     * @param largest in bytes, of a body that is kept
     */
    public record Keeping(Jdbi jdbi, IdempotencyStore store, long largest) {}

    private final Keeping keeping;
    private final Request request;
    private final byte[] key;
    private final UnitOfWork.Options options;
    private final Callable<StoredAnswer> work;
    private boolean called;
    /** What the last run that came to its end has kept; null if nothing. */
    private StoredAnswer last;

    /** Whether a run has acted, or begun to, and has kept no answer: nothing would tell the next one. */
    private boolean unmarked;

    private boolean priorRunRuledOut;

    /**
     * @param options of the unit that runs it
     * @param work acts, and returns its answer
     */
    public IdempotentWork(Keeping keeping, Request request, UnitOfWork.Options options, Callable<StoredAnswer> work) {
        this.keeping = keeping;
        this.request = request;
        this.key = request.key().within(request.scope());
        this.options = options;
        this.work = work;
    }

    /** The same options, with the isolation level that a look-up of keys counts on said by name. */
    public static UnitOfWork.Options withIsolation(UnitOfWork.Options options) {
        return options.isolation() == TransactionIsolationLevel.UNKNOWN
                ? new UnitOfWork.Options(
                        TransactionIsolationLevel.READ_COMMITTED, options.readOnly(), options.replayable())
                : options;
    }

    @Override
    public Result call() throws Exception {
        // The second time it may be this very request whose last transaction has not come to its end
        boolean again = called;
        called = true;
        priorRunRuledOut = false;
        Found found = inUnit(connection -> keeping.store().find(connection, key, again));
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
        // At higher levels it looks at what was committed before it had the lock
        priorRunRuledOut = options.isolation() == TransactionIsolationLevel.READ_COMMITTED;
        if (last != null && !options.replayable()) {
            throw new SQLException("the connection was lost on COMMIT, and the unit was rolled back", "08006");
        }
        unmarked = true;
        keep(work.call());
        return Result.of(Outcome.ACTED);
    }

    private void keep(StoredAnswer answer) throws SQLException {
        last = null;
        if (answer.body() != null && answer.body().length > keeping.largest()) {
            LOG.warn(
                    "The answer to a request with an Idempotency-Key has {} bytes and is not kept: a repetition acts again"
                            + " (unitOfWork.maxStoredAnswer is {} bytes)",
                    answer.body().length,
                    keeping.largest());
            return;
        }
        inUnit(connection -> {
            keeping.store().store(connection, key, request.fingerprint(), answer);
            return answer;
        });
        last = answer;
        unmarked = false;
    }

    @Override
    public boolean isPriorCommitRuledOut() {
        return priorRunRuledOut;
    }

    @Override
    public boolean hasStoredMarker() {
        return !unmarked;
    }

    private <T> T inUnit(Query<T> query) throws SQLException {
        return keeping.jdbi().withHandle(handle -> query.on(handle.getConnection()));
    }

    @FunctionalInterface
    private interface Query<T> {
        T on(Connection connection) throws SQLException;
    }
}
