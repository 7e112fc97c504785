package com.ketomealplan.http.body;

import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * Collects request bodies before a thread is used for their requests. Servlets read blocking, so that a thousand slow clients
 * would take all threads of the server, those of the probes included. Here they only take bounded memory (see
 * {@link PendingBodies}).
 *
 * <p>It runs before bodies are inflated. {@link BodyLimit} sends the refusals, so that they are responses like any other, and
 * counts the inflated bytes.
 */
final class BodyCollector extends Handler.Wrapper {

    private final PendingBodies bodies;
    private final long limit;
    private final LongSupplier nanoTime;

    /**
     * @param limit of a body, in bytes
     */
    BodyCollector(PendingBodies bodies, long limit, LongSupplier nanoTime) {
        this.bodies = bodies;
        this.limit = limit;
        this.nanoTime = nanoTime;
    }

    /** Installs it as the outermost handler. The server is created after the bundles have run, and must not have started. */
    static void install(Environment environment, long limit, Duration maxArrivalTime, PrometheusRegistry registry) {
        PendingBodies bodies = new PendingBodies(PendingBodies.capacityFor(limit), maxArrivalTime, registry);
        BodyCollector collector = new BodyCollector(bodies, limit, System::nanoTime);
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarting(LifeCycle starting) {
                if (starting instanceof Server server && server.getDescendant(BodyCollector.class) == null) {
                    collector.insertInto(server);
                }
            }
        });
    }

    /** Inserts it inside the handler that waits for running requests at the server's stop. */
    private void insertInto(Server server) {
        Handler.Singleton outer = server.getHandler() instanceof GracefulHandler graceful ? graceful : server;
        outer.insertHandler(this);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!hasBody(request) || "admin".equals(connector(request))) { // the admin port has threads of its own
            return super.handle(request, response, callback);
        }
        PendingBody body = new PendingBody(bodies, request, limit, nanoTime);
        if (body.isCollected()) { // as most are, that came with their head
            return super.handle(body.request(), response, end(body, request, callback));
        }
        body.collect(
                () -> dispatch(body, response, Callback.from(end(body, request, callback), () -> bodies.leave(body))));
        return true;
    }

    private Callback end(PendingBody body, Request request, Callback callback) {
        return body.isTooLarge() ? RestOfBody.before(callback, request, limit, nanoTime) : callback;
    }

    private static String connector(Request request) {
        return request.getConnectionMetaData().getConnector().getName();
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /** Dispatches the request to a server thread, which may block. */
    private void dispatch(PendingBody body, Response response, Callback callback) {
        CollectedRequest request = body.request();
        request.addIdleTimeoutListener(silence -> false); // the request is being processed
        try {
            request.getContext().execute(() -> handle(request, response, callback));
        } catch (RejectedExecutionException e) { // the server has stopped
            callback.failed(e);
        }
    }

    private void handle(CollectedRequest request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable e) { // also an Error, or the request would never end
            Response.writeError(request, response, callback, e);
        }
    }
}
