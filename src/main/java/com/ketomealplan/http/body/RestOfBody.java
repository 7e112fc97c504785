package com.ketomealplan.http.body;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Reads and drops, after the response, what still arrives of a body that was refused as too large. If the connection were closed before it is
 * there, a client that is still sending would be reset, and might lose the response (RFC 9112, section 9.6). It has bounds: an endless body
 * is cut off, and so is silence.
 */
final class RestOfBody implements Invocable.Task {

    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** How many bytes it is at most, in bodies of the greatest size. */
    private static final int BODIES = 8;

    private final Request request;
    private final Callback end;
    private final long endNanos;
    private final LongSupplier nanoTime;
    private long left;

    private RestOfBody(Request request, Callback end, long limit, LongSupplier nanoTime) {
        this.request = request;
        this.end = end;
        this.left = BODIES * limit;
        this.nanoTime = nanoTime;
        this.endNanos = nanoTime.getAsLong() + LONGEST.toNanos();
    }

    /**
     * Returns the callback for the response to a refused request. It ends the request when the rest of the body is there.
     *
     * @param limit of a body, in bytes
     */
    static Callback before(Callback end, Request refused, long limit, LongSupplier nanoTime) {
        return new Callback.Nested(end) {
            @Override
            public void succeeded() {
                new RestOfBody(refused, end, limit, nanoTime).run();
            }
        };
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
        while (left > 0 && endNanos - nanoTime.getAsLong() > 0) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                awaitMore();
                return;
            }
            left -= chunk.remaining();
            chunk.release();
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                break;
            }
        }
        end();
    }

    private void awaitMore() {
        request.getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .setIdleTimeout(LONGEST.toMillis()); // it will be closed anyway
        request.demand(this);
    }

    /** Ends the request on a thread that may block, because it is logged. */
    private void end() {
        try {
            request.getContext().execute(end::succeeded);
        } catch (RejectedExecutionException e) { // the server has stopped
            end.succeeded();
        }
    }
}
