package com.ketomealplan.neon.pool;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Registers a pool's statistics as gauges, of the same names for both strategies. */
public final class PoolMetrics {

    private static final Map<String, ToLongFunction<PoolStatistics>> GAUGES = Map.ofEntries(
            Map.entry("max", PoolStatistics::max),
            Map.entry("size", PoolStatistics::size),
            Map.entry("active", PoolStatistics::active),
            Map.entry("idle", PoolStatistics::idle),
            Map.entry("waiting", PoolStatistics::waiting),
            Map.entry("waiting_max", PoolStatistics::waitingMax),
            Map.entry("shed", PoolStatistics::rejected),
            Map.entry("overflow", PoolStatistics::overflow),
            Map.entry("borrowed", PoolStatistics::borrowed),
            Map.entry("returned", PoolStatistics::returned),
            Map.entry("opened", PoolStatistics::opened),
            Map.entry("timeouts", PoolStatistics::timeouts),
            Map.entry("leaked", PoolStatistics::leaked));

    private PoolMetrics() {}

    /**
     * Registers {@code pool.<name>.<gauge>}, and the timer {@code pool.<name>.wait} of the callers that found no idle connection.
     */
    public static void register(MetricRegistry metrics, String name, Pool pool) {
        Timer wait = metrics.timer(MetricRegistry.name("pool", name, "wait"));
        pool.addListener(new PoolListener() {
            @Override
            public void onWaitEnded(WaitTime ended) {
                wait.update(ended.total());
            }
        });
        GAUGES.forEach((gauge, value) -> metrics.register(
                MetricRegistry.name("pool", name, gauge), (Gauge<Long>) () -> value.applyAsLong(pool.statistics())));
    }
}
