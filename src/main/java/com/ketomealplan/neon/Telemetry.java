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
 * Where the layer's metrics and spans go. By default metrics have a registry of their own, which is shown at the admin port, and
 * spans go where those of the process do. Both libraries may be left out of a service's dependencies: nothing here names their
 * types before it is known that they are there.
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

    void measureIn(PrometheusRegistry metrics) {
        given = metrics;
    }

    void measureNothing() {
        measures = false;
    }

    void traceBy(Supplier<Optional<OpenTelemetry>> openTelemetry) {
        tracing = openTelemetry;
    }

    void traceNothing() {
        traces = false;
    }

    /** The observers that make metrics and spans. */
    List<Observer> observers(String pool, Endpoint target, Environment environment) {
        List<Observer> observers = new ArrayList<>();
        measures = measures && isThere(METRICS, "io.prometheus:prometheus-metrics-core", "metrics for Prometheus");
        if (measures) {
            observers.add(metrics(pool, target, environment));
        }
        traces = traces
                && isThere(TRACING_API, "io.opentelemetry:opentelemetry-api", "spans")
                && isThere(TRACING, "io.opentelemetry.semconv:opentelemetry-semconv", "spans");
        if (traces) {
            tracer(target).ifPresent(observers::add);
        }
        return observers;
    }

    private static boolean isThere(String type, String artifact, String what) {
        boolean there = ClassPath.has(type);
        if (!there) {
            LOG.info("There are no {}: {} is not on the class path", what, artifact);
        }
        return there;
    }

    private Observer metrics(String pool, Endpoint target, Environment environment) {
        registry = given == null ? new PrometheusRegistry() : given;
        if (given == null
                && isThere(
                        METRICS_PAGE,
                        "io.prometheus:prometheus-metrics-exporter-servlet-jakarta",
                        "metrics at /metrics/prometheus")) {
            MetricsPage.install(registry, environment);
        }
        return new DatabaseMetrics(registry, pool, target.isNeon());
    }

    private Optional<Observer> tracer(Endpoint target) {
        Optional<OpenTelemetry> found = tracing != null ? tracing.get() : ofTheProcess();
        return found.map(openTelemetry -> new DatabaseTracing(openTelemetry, target));
    }

    /** As its agent, or whoever started it, has set it up. */
    private static Optional<OpenTelemetry> ofTheProcess() {
        return GlobalOpenTelemetry.isSet() ? Optional.of(GlobalOpenTelemetry.get()) : Optional.empty();
    }

    /** What answers say of their trace. After {@link #observers}. */
    Supplier<Optional<String>> traceparent() {
        return traces ? CurrentTrace::traceparent : Optional::empty;
    }

    /** Whether there is {@link #registry}. After {@link #observers}. */
    boolean measures() {
        return measures;
    }

    PrometheusRegistry registry() {
        return registry;
    }
}
