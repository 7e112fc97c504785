package com.ketomealplan.neon.admin;

import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Shows metrics to Prometheus, at {@code /metrics/prometheus} of the admin port. */
public final class MetricsPage {

    private MetricsPage() {}

    public static void install(PrometheusRegistry metrics, Environment environment) {
        environment
                .admin()
                .addServlet("neon-metrics", new PrometheusMetricsServlet(metrics))
                .addMapping("/metrics/prometheus");
    }
}
