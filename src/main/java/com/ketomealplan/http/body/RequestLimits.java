package com.ketomealplan.http.body;

import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** Installs the limits of requests: the size and the form of their bodies, and the time for them to arrive. */
public final class RequestLimits {

    private RequestLimits() {}

    /**
     * @param maxBodySize of a request, uncompressed, in bytes
     * @param maxArrivalTime for the head of a request, and for its body, to arrive
     * @param metrics the registry of the counters
     */
    public static void install(
            Environment environment, long maxBodySize, Duration maxArrivalTime, PrometheusRegistry metrics) {
        JerseyEnvironment jersey = environment.jersey();
        jersey.register(new OneContentType());
        jersey.register(new KnownEncoding());
        jersey.register(new BodyLimit(maxBodySize));
        BodyCollector.install(environment, maxBodySize, maxArrivalTime, metrics);
        SlowRequests.install(environment, maxArrivalTime);
    }
}
