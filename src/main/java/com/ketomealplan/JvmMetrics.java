package com.ketomealplan;

import io.dropwizard.core.setup.Bootstrap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the JVM's metrics and JMX, which take a while, on another thread. Nothing else needs them. */
final class JvmMetrics {

    private static final Logger LOG = LoggerFactory.getLogger(JvmMetrics.class);

    private final CompletableFuture<Void> registration;

    private JvmMetrics(CompletableFuture<Void> registration) {
        this.registration = registration;
    }

    static JvmMetrics register(Bootstrap<?> bootstrap) {
        return new JvmMetrics(CompletableFuture.runAsync(bootstrap::registerMetrics));
    }

    /** Waits for the end, and warns of a failure: a service that serves by now goes on without them. */
    void await() {
        try {
            registration.join();
        } catch (CompletionException e) {
            LOG.warn("Metrics of the JVM are missing, or JMX: they could not be registered", e.getCause());
        }
    }
}
