package com.ketomealplan.telemetry;

import io.dropwizard.core.Configuration;
import io.dropwizard.core.ConfiguredBundle;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.Managed;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Exposes metrics at {@code /metrics/prometheus} of the admin port, and exports spans with OTLP if there is an endpoint.
 * Supports OpenTelemetry's {@code OTEL_…} variables: sampling, headers, resource attributes, timeouts.
 *
 * @param <T> the application's configuration
 */
public final class TelemetryBundle<T extends Configuration> implements ConfiguredBundle<T> {

    /**
     * The rate of sampled traces that begin here, unless {@code OTEL_TRACES_SAMPLER} is set; those of clients follow the client's
     * choice.
     */
    private static final int TRACES_PER_SECOND = 20;

    private static final String PROTOCOL = "http/protobuf";

    /** The time to export the last spans at the end of the process. */
    private static final int SECONDS_TO_FLUSH = 2;

    private final String service;
    private final Function<T, Optional<String>> endpoint;
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private Optional<OpenTelemetry> tracing = Optional.empty();

    /**
     * @param service the name of the service in traces
     * @param endpoint returns the URL of an OTLP receiver; empty for no tracing
     */
    public TelemetryBundle(String service, Function<T, Optional<String>> endpoint) {
        this.service = service;
        this.endpoint = endpoint;
    }

    /** Returns the registry whose metrics are exposed. */
    public PrometheusRegistry metrics() {
        return metrics;
    }

    /** Returns the OpenTelemetry; empty if nothing is traced. To be called after {@link #run}. */
    public Optional<OpenTelemetry> tracing() {
        return tracing;
    }

    @Override
    public void run(T configuration, Environment environment) {
        JvmMetrics.builder().register(metrics);
        environment
                .admin()
                .addServlet("prometheus", new TextMetricsServlet(metrics))
                .addMapping("/metrics/prometheus");
        Optional<OpenTelemetrySdk> sdk = endpoint.apply(configuration).map(this::exportingTo);
        sdk.ifPresent(exporting -> environment.lifecycle().manage(new Managed() {
            @Override
            public void stop() {
                exporting.shutdown().join(SECONDS_TO_FLUSH, TimeUnit.SECONDS);
            }
        }));
        tracing = sdk.map(OpenTelemetry.class::cast);
    }

    /** Configures the export of traces over HTTP, with the JDK's client. */
    private OpenTelemetrySdk exportingTo(String url) {
        return AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> Map.of("otel.service.name", service))
                // Whatever the environment says: it is often meant for all programs of a platform
                .addPropertiesCustomizer(environment -> Map.of(
                        "otel.exporter.otlp.endpoint", url,
                        "otel.exporter.otlp.protocol", PROTOCOL,
                        "otel.exporter.otlp.traces.protocol", PROTOCOL,
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none"))
                .addSamplerCustomizer((sampler, settings) -> settings.getString("otel.traces.sampler") == null
                        ? Sampler.parentBased(new BoundedSampler(TRACES_PER_SECOND, System::nanoTime))
                        : sampler)
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk();
    }
}
