package com.ketomealplan.http;

import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.ketomealplan.http.body.RequestLimits;
import com.ketomealplan.http.drain.Drain;
import com.ketomealplan.http.drain.Probes;
import com.ketomealplan.http.drain.Readiness;
import com.ketomealplan.http.listen.ListeningPorts;
import com.ketomealplan.telemetry.TelemetryBundle;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.ConfiguredBundle;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.errors.EarlyEofExceptionMapper;
import io.dropwizard.jersey.errors.EofExceptionWriterInterceptor;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.dropwizard.jetty.setup.ServletEnvironment;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.EnumSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Installs request ids, limits, RFC 9457 problems, response headers, strict JSON, probes and the drain.
 *
 * @param <T> the application's configuration
 */
public final class HttpBundle<T extends Configuration> implements ConfiguredBundle<T> {

    /** Limits the pooled buffers of a few KiB to the number of responses that are written concurrently. */
    private static final int MOST_BUFFERS = 128;

    private final Function<T, HttpSettings> settings;
    private final TelemetryBundle<T> telemetry;
    private Readiness drain;

    /**
     * @param settings returns the settings of the configuration
     * @param telemetry the telemetry of requests
     */
    public HttpBundle(Function<T, HttpSettings> settings, TelemetryBundle<T> telemetry) {
        this.settings = settings;
        this.telemetry = telemetry;
    }

    @Override
    public void initialize(Bootstrap<?> bootstrap) {
        StrictJson.configure(bootstrap.getObjectMapper());
        // Jackson's default keeps a buffer for each thread, and a virtual one has a single request
        bootstrap.getObjectMapper().getFactory().setRecyclerPool(JsonRecyclerPools.newBoundedPool(MOST_BUFFERS));
    }

    @Override
    public void run(T configuration, Environment environment) {
        ListeningPorts.requireFree(configuration.getServerFactory());
        HttpSettings limits = settings.apply(configuration);
        if (configuration.getServerFactory() instanceof AbstractServerFactory server) {
            server.setRegisterDefaultExceptionMappers(false);
            server.setEnableThreadNameFilter(false); // the names are in the log, and have had the query in them
            VirtualThreads.use(server, limits.virtualThreads());
        }
        StrictLines.use(configuration.getServerFactory());
        register(environment.jersey());
        addFilters(environment);
        environment.lifecycle().addServerLifecycleListener(server -> server.setErrorHandler(new ProblemErrorHandler()));
        RequestLimits.install(environment, limits.maxBodySize(), limits.maxArrivalTime(), telemetry.metrics());
        drain = Drain.install(environment, limits.drain());
        if (!limits.cors()
                .origins()
                .isEmpty()) { // after the filter that counts requests, so that preflights are counted
            filter(environment.servlets(), "cross-origin", new CrossOrigin(limits.cors()));
        }
    }

    private static void register(JerseyEnvironment jersey) {
        jersey.register(new ProblemMappers.OfWebApplication());
        jersey.register(new ProblemMappers.OfParameter());
        jersey.register(new ProblemMappers.OfValidation());
        jersey.register(new ProblemMappers.OfJson());
        jersey.register(new ProblemMappers.OfAnything());
        jersey.register(new AcceptedTypes());
        jersey.register(new UuidParameters());
        jersey.register(EarlyEofExceptionMapper.class);
        jersey.register(EofExceptionWriterInterceptor.class);
        jersey.register(new RequestMetrics.Routes());
    }

    private void addFilters(Environment environment) {
        RequestId requestId = new RequestId();
        SecurityHeadersFilter securityHeaders = new SecurityHeadersFilter();
        filter(environment.admin(), "request-id", requestId);
        filter(environment.admin(), "security-headers", securityHeaders);
        filter(environment.servlets(), "request-id", requestId);
        filter(environment.servlets(), "request-tracing", new RequestTracing(telemetry.tracing()));
        filter(environment.servlets(), "request-metrics", new RequestMetrics(telemetry.metrics()));
        filter(environment.servlets(), "security-headers", securityHeaders);
        filter(environment.servlets(), "unsent-body", new UnsentBody());
    }

    private static void filter(ServletEnvironment port, String name, Filter filter) {
        port.addFilter(name, filter).addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
    }

    /** Installs {@code /livez}, {@code /readyz} and {@code /startupz} for these parts. To be called after {@link #run}. */
    public void showProbes(Environment environment, Readiness... parts) {
        Probes.install(
                environment, Stream.concat(Stream.of(drain), Stream.of(parts)).toList());
    }
}
