package com.ketomealplan.neon.pool;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Shows a pool's statistics as gauges of the same names whatever its strategy, so that dashboards need not know it. */
public final class PoolMetrics {

    private static final Map<String, ToLongFunction<PoolStatistics>> GAUGES = Map.of(
            "max", PoolStatistics::max,
            "size", PoolStatistics::size,
            "active", PoolStatistics::active,
            "idle", PoolStatistics::idle,
            "waiting", PoolStatistics::waiting,
            "overflow", PoolStatistics::overflow,
            "borrowed", PoolStatistics::borrowed,
            "returned", PoolStatistics::returned,
            "opened", PoolStatistics::opened,
            "timeouts", PoolStatistics::timeouts);

    private PoolMetrics() {}

    /** Registers {@code pool.<name>.<gauge>}; {@code borrowed} and what follows it only grow. */
    public static void register(MetricRegistry metrics, String name, Pool pool) {
        GAUGES.forEach((gauge, value) -> metrics.register(
                MetricRegistry.name("pool", name, gauge), (Gauge<Long>) () -> value.applyAsLong(pool.statistics())));
    }
}
