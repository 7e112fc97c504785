package com.ketomealplan.http;

import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
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
 * Has bodies arrive before a thread is given to their requests. Servlets read with threads that wait, so that a thousand
 * clients who send a byte a second each would have all threads of the server, those of the probes among them. Here they have
 * some memory, of which there is a bound (see {@link ArrivingBodies}).
 *
 * <p>It is before whatever inflates a body: what is collected is what was sent. {@link BodyLimit} says the refusals, so that
 * they are answers like any other, and counts what was inflated.
 */
final class BodyCollector extends Handler.Wrapper {

    private final ArrivingBodies bodies;
    private final long limit;
    private final LongSupplier nanoTime;

    /**
     * @param limit of a body, in bytes
     */
    BodyCollector(ArrivingBodies bodies, long limit, LongSupplier nanoTime) {
        this.bodies = bodies;
        this.limit = limit;
        this.nanoTime = nanoTime;
    }

    /** Puts it before all that the server has. The server is made after the bundles have run, and must not have started. */
    static void install(Environment environment, HttpSettings settings, PrometheusRegistry registry) {
        ArrivingBodies bodies = new ArrivingBodies(
                ArrivingBodies.roomBesides(settings.maxBodySize()), settings.maxArrivalTime(), registry);
        BodyCollector collector = new BodyCollector(bodies, settings.maxBodySize(), System::nanoTime);
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarting(LifeCycle starting) {
                if (starting instanceof Server server && server.getDescendant(BodyCollector.class) == null) {
                    collector.insertInto(server);
                }
            }
        });
    }

    /** Inside what waits at the server's end for the requests that it has begun. */
    private void insertInto(Server server) {
        Handler.Singleton outer = server.getHandler() instanceof GracefulHandler graceful ? graceful : server;
        outer.insertHandler(this);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!hasBody(request) || "admin".equals(connector(request))) { // which has threads of its own
            return super.handle(request, response, callback);
        }
        if (request.getLength() > limit) { // not a byte of it is wanted
            return super.handle(
                    new CollectedRequest(request, BodyRefusedException.tooLarge(limit)), response, callback);
        }
        ArrivingBody body = new ArrivingBody(bodies, request, limit, nanoTime);
        if (body.isCollected()) { // as most are, that came with their head
            return super.handle(body.request(), response, callback);
        }
        Callback end = Callback.from(callback, () -> bodies.leave(body));
        body.awaitTheRest(() -> handOn(body, response, end));
        return true;
    }

    private static String connector(Request request) {
        return request.getConnectionMetaData().getConnector().getName();
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /** To a thread of the server's, which may wait. */
    private void handOn(ArrivingBody body, Response response, Callback callback) {
        CollectedRequest request = body.request();
        request.addIdleTimeoutListener(silence -> false); // from now on it is the client who waits
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
