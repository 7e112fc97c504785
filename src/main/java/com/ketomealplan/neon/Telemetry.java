package com.ketomealplan.neon;

import com.ketomealplan.neon.admin.MetricsPage;
import com.ketomealplan.neon.observe.CurrentTrace;
import com.ketomealplan.neon.observe.DatabaseMetrics;
import com.ketomealplan.neon.observe.DatabaseTracing;
import com.ketomealplan.neon.observe.Observer;
import com.ketomealplan.neon.url.Endpoint;
import io.dropwizard.core.setup.Environment;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up the layer's metrics and spans. By default metrics have a registry of their own, which is exposed at the admin port, and
 * spans use the global OpenTelemetry. Both libraries are optional dependencies: their types are loaded only if they are on
 * the class path.
 */
final class Telemetry {

    private static final Logger LOG = LoggerFactory.getLogger(NeonBundle.class);

    private static final String METRICS = "io.prometheus.metrics.core.metrics.Histogram";
    private static final String METRICS_PAGE =
            "io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet";
    private static final String TRACING_API = "io.opentelemetry.api.GlobalOpenTelemetry";
    private static final String TRACING = "io.opentelemetry.semconv.DbAttributes";

    private boolean measures = true;
    private boolean traces = true;
    private PrometheusRegistry given;
    private PrometheusRegistry registry;
    private Supplier<Optional<OpenTelemetry>> tracing;

    void useRegistry(PrometheusRegistry metrics) {
        given = metrics;
    }

    void disableMetrics() {
        measures = false;
    }

    void useOpenTelemetry(Supplier<Optional<OpenTelemetry>> openTelemetry) {
        tracing = openTelemetry;
    }

    void disableTracing() {
        traces = false;
    }

    /** Creates the observers for metrics and spans. */
    List<Observer> observers(String pool, Endpoint target, Environment environment) {
        List<Observer> observers = new ArrayList<>();
        measures = measures && isAvailable(METRICS, "io.prometheus:prometheus-metrics-core", "metrics for Prometheus");
        if (measures) {
            observers.add(metrics(pool, target, environment));
        }
        traces = traces
                && isAvailable(TRACING_API, "io.opentelemetry:opentelemetry-api", "spans")
                && isAvailable(TRACING, "io.opentelemetry.semconv:opentelemetry-semconv", "spans");
        if (traces) {
            tracer(target).ifPresent(observers::add);
        }
        return observers;
    }

    private static boolean isAvailable(String type, String artifact, String what) {
        boolean there = isOnClassPath(type);
        if (!there) {
            LOG.info("Telemetry without {}: {} is not on the class path", what, artifact);
        }
        return there;
    }

    private static boolean isOnClassPath(String type) {
        try {
            Class.forName(type, false, Telemetry.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private Observer metrics(String pool, Endpoint target, Environment environment) {
        registry = given == null ? new PrometheusRegistry() : given;
        if (given == null
                && isAvailable(
                        METRICS_PAGE,
                        "io.prometheus:prometheus-metrics-exporter-servlet-jakarta",
                        "metrics at /metrics/prometheus")) {
            MetricsPage.install(registry, environment);
        }
        return new DatabaseMetrics(registry, pool, target.isNeon());
    }

    private Optional<Observer> tracer(Endpoint target) {
        Optional<OpenTelemetry> found = tracing != null ? tracing.get() : global();
        return found.map(openTelemetry -> new DatabaseTracing(openTelemetry, target));
    }

    /** Returns the global OpenTelemetry, if an agent or the application has set it. */
    private static Optional<OpenTelemetry> global() {
        return GlobalOpenTelemetry.isSet() ? Optional.of(GlobalOpenTelemetry.get()) : Optional.empty();
    }

    /** Returns the supplier of the {@code traceparent} of responses. To be called after {@link #observers}. */
    Supplier<Optional<String>> traceparent() {
        return traces ? CurrentTrace::traceparent : Optional::empty;
    }

    /** Returns whether there is a {@link #registry}. To be called after {@link #observers}. */
    boolean hasMetrics() {
        return measures;
    }

    PrometheusRegistry registry() {
        return registry;
    }
}
