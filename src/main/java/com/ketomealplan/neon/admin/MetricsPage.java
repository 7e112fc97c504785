package com.ketomealplan.neon.admin;

import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Serves the metrics in the format of Prometheus, at {@code /metrics/prometheus} of the admin port. */
public final class MetricsPage {

    private MetricsPage() {}

    /** Registers the servlet. */
    public static void install(PrometheusRegistry metrics, Environment environment) {
        environment
                .admin()
                .addServlet("neon-metrics", new PrometheusMetricsServlet(metrics))
                .addMapping("/metrics/prometheus");
    }
}
