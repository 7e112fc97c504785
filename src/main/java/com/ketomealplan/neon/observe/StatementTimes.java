package com.ketomealplan.neon.observe;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The histogram of statements for Prometheus. Thread-safe. */
final class StatementTimes {

    /** Buckets in seconds, of OpenTelemetry's semantic conventions. */
    private static final double[] TIMES = {.001, .005, .01, .05, .1, .5, 1, 5, 10};

    private static final String SYSTEM = "postgresql";

    private final Histogram times;

    /** Caches the data points of successful statements. */
    private final Map<String, DistributionDataPoint> successes = new ConcurrentHashMap<>();

    StatementTimes(PrometheusRegistry registry) {
        times = Histogram.builder()
                .name("db_client_operation_duration")
                .help("Time of statements, from their sending to the start of their answer.")
                .unit(Unit.SECONDS)
                .classicOnly()
                .classicUpperBounds(TIMES)
                .labelNames("db_system_name", "db_query_summary", "error_type")
                .register(registry);
    }

    void observe(String statement, double seconds, Optional<String> error) {
        (error.isEmpty() ? successesOf(statement) : times.labelValues(SYSTEM, statement, error.get())).observe(seconds);
    }

    private DistributionDataPoint successesOf(String statement) {
        DistributionDataPoint known = successes.get(statement);
        return known != null
                ? known
                : successes.computeIfAbsent(statement, first -> times.labelValues(SYSTEM, first, ""));
    }
}
