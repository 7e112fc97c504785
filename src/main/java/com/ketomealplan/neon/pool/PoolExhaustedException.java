package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.Staged;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;

/** All connections are in use, and none came free in time. Nothing was sent to the database; it may be perfectly well. */
public final class PoolExhaustedException extends SQLTransientConnectionException implements Staged {

    private static final long serialVersionUID = 1L;

    private PoolExhaustedException(String pool, String what, PoolStatistics now) {
        super("%s: %s (max %d, active %d, idle %d, waiting %d)"
                .formatted(pool, what, now.max(), now.active(), now.idle(), now.waiting()));
    }

    static PoolExhaustedException timedOut(String pool, Duration waited, PoolStatistics now) {
        return new PoolExhaustedException(
                pool, "no connection came free within %d ms".formatted(waited.toMillis()), now);
    }

    /** The caller was not let into the line. */
    static PoolExhaustedException lineFull(String pool, PoolStatistics now) {
        return new PoolExhaustedException(pool, "as many callers wait for a connection as may", now);
    }

    @Override
    public Stage stage() {
        return Stage.OPENING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(FailureKind.POOL_EXHAUSTED);
    }
}
