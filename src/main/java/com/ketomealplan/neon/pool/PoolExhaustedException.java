package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.HasFailureStage;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;

/**
 * Thrown if no connection became available in time. Nothing was sent to the database, which may be healthy where all connections
 * are in use.
 */
public sealed class PoolExhaustedException extends SQLTransientConnectionException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    private PoolExhaustedException(FailureKind kind, String pool, String what, PoolStatistics now) {
        super("%s: %s (max %d, active %d, idle %d, waiting %d)"
                .formatted(pool, what, now.max(), now.active(), now.idle(), now.waiting()));
        this.kind = kind;
    }

    public static PoolExhaustedException timedOut(String pool, Duration waited, PoolStatistics now) {
        return new PoolExhaustedException(
                FailureKind.POOL_EXHAUSTED,
                pool,
                "no connection became available within %d ms".formatted(waited.toMillis()),
                now);
    }

    /** No connection is borrowed; the first one is still being opened. */
    public static PoolExhaustedException stillOpening(
            String pool, boolean waking, Duration waited, PoolStatistics now) {
        return new PoolExhaustedException(
                waking ? FailureKind.WAKING : FailureKind.UNAVAILABLE,
                pool,
                "no connection could be opened within %d ms, and the attempt is still under way"
                        .formatted(waited.toMillis()),
                now);
    }

    /**
     * The wait queue has rejected the caller.
     *
     * @param what the reason
     * @param retryAfter the time until it would be served at the queue's rate; where the queue is stalled, the caller's remaining time
     */
    public static PoolExhaustedException rejected(String pool, String what, Duration retryAfter, PoolStatistics now) {
        return new Rejected(pool, what, retryAfter, now);
    }

    /** Without a stack trace: under overload there are thousands a second, all from the same place. */
    private static final class Rejected extends PoolExhaustedException {

        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        Rejected(String pool, String what, Duration retryAfter, PoolStatistics now) {
            super(FailureKind.POOL_EXHAUSTED, pool, what, now);
            this.retryAfter = retryAfter;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(retryAfter);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    @Override
    public Stage stage() {
        return Stage.OPENING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(kind);
    }
}
