package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.Staged;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;

/** No connection came free in time. Nothing was sent to the database; it may be perfectly well. */
public final class PoolTimeoutException extends SQLTransientConnectionException implements Staged {

    private static final long serialVersionUID = 1L;

    PoolTimeoutException(String pool, Duration waited, PoolStatistics now) {
        super("%s: no connection came free within %d ms (max %d, active %d, idle %d, waiting %d)"
                .formatted(pool, waited.toMillis(), now.max(), now.active(), now.idle(), now.waiting()));
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
