package com.ketomealplan.http;

import io.dropwizard.core.Configuration;
import io.dropwizard.core.ConfiguredBundle;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.errors.EarlyEofExceptionMapper;
import io.dropwizard.jersey.errors.EofExceptionWriterInterceptor;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Gives every request an id and its bounds, every error the form of RFC 9457, every answer its headers, JSON its strict
 * reading, and the process an orderly end.
 *
 * @param <T> the application's configuration
 */
public final class HttpBundle<T extends Configuration> implements ConfiguredBundle<T> {

    private final Function<T, HttpSettings> settings;
    private final PrometheusRegistry metrics;
    private Drain drain;

    /**
     * @param settings finds them in the configuration
     * @param metrics what {@code /metrics/prometheus} shows; those of requests and of the JVM are added
     */
    public HttpBundle(Function<T, HttpSettings> settings, PrometheusRegistry metrics) {
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    public void initialize(Bootstrap<?> bootstrap) {
        StrictJson.configure(bootstrap.getObjectMapper());
    }

    @Override
    public void run(T configuration, Environment environment) {
        HttpSettings limits = settings.apply(configuration);
        if (configuration.getServerFactory() instanceof AbstractServerFactory server) {
            server.setRegisterDefaultExceptionMappers(false);
            VirtualThreads.use(server, limits.virtualThreads());
        }
        JerseyEnvironment jersey = environment.jersey();
        jersey.register(new ProblemMappers.OfWebApplication());
        jersey.register(new ProblemMappers.OfParameter());
        jersey.register(new ProblemMappers.OfValidation());
        jersey.register(new ProblemMappers.OfJson());
        jersey.register(new ProblemMappers.OfAnything());
        jersey.register(new OneContentType());
        jersey.register(new BodyLimit(limits.maxBodySize(), limits.maxArrivalTime()));
        jersey.register(EarlyEofExceptionMapper.class);
        jersey.register(EofExceptionWriterInterceptor.class);

        JvmMetrics.builder().register(metrics);
        environment
                .admin()
                .addServlet("prometheus", new PrometheusMetricsServlet(metrics))
                .addMapping("/metrics/prometheus");
        jersey.register(new RequestMetrics.Routes());
        environment
                .servlets()
                .addFilter("request-metrics", new RequestMetrics(metrics))
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        RequestId requestId = new RequestId();
        CarefulHeaders careful = new CarefulHeaders();
        Stream.of(environment.servlets(), environment.admin())
                .flatMap(port ->
                        Stream.of(port.addFilter("request-id", requestId), port.addFilter("careful-headers", careful)))
                .forEach(filter -> filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*"));
        environment.lifecycle().addServerLifecycleListener(server -> server.setErrorHandler(new ProblemErrorHandler()));
        SlowRequests.install(environment, limits.maxArrivalTime());
        drain = Drain.install(environment, limits.drainTime());
    }

    /** Shows {@code /livez}, {@code /readyz} and {@code /startupz} of a service that has these parts. Call after {@link #run}. */
    public void showProbes(Environment environment, Readiness... parts) {
        Probes.install(
                environment, Stream.concat(Stream.of(drain), Stream.of(parts)).toList());
    }
}
