package com.ketomealplan.neon.admin;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A snapshot of the histograms that the page shows. */
final class Histograms {

    static final String REQUESTS = "http_server_request_duration_seconds";
    static final String STATEMENTS = "db_client_operation_duration_seconds";
    static final String WAITS = "db_client_connection_wait_time_seconds";

    private static final Set<String> NAMES = Set.of(REQUESTS, STATEMENTS, WAITS);

    private final Map<String, List<HistogramDataPointSnapshot>> points;

    private Histograms(Map<String, List<HistogramDataPointSnapshot>> points) {
        this.points = points;
    }

    static Histograms scrape(PrometheusRegistry registry) {
        return new Histograms(registry.scrape(NAMES::contains).stream()
                .filter(HistogramSnapshot.class::isInstance)
                .map(HistogramSnapshot.class::cast)
                .collect(Collectors.toMap(Histograms::nameOf, HistogramSnapshot::getDataPoints)));
    }

    private static String nameOf(MetricSnapshot snapshot) {
        return snapshot.getMetadata().getPrometheusName();
    }

    /** Returns the data points of a histogram, one for each set of labels. */
    List<HistogramDataPointSnapshot> dataPoints(String name) {
        return points.getOrDefault(name, List.of());
    }
}
