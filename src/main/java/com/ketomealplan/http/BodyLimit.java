package com.ketomealplan.http;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Refuses bodies that are too large: by their Content-Length before a byte is read, and the others, of which nobody knows
 * the length before, as soon as they are. A compressed body counts as it is uncompressed. And those that take too long to
 * arrive.
 */
@PreMatching
final class BodyLimit implements ContainerRequestFilter {

    private final long limit;
    private final Duration longest;

    /**
     * @param limit in bytes
     * @param longest the time for a body to arrive
     */
    BodyLimit(long limit, Duration longest) {
        this.limit = limit;
        this.longest = longest;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getLength() > limit) {
            throw tooLarge();
        }
        request.setEntityStream(new Limited(request.getEntityStream()));
    }

    private ClientErrorException tooLarge() {
        return refusal(
                Response.Status.REQUEST_ENTITY_TOO_LARGE,
                "The body has more than the " + limit + " bytes that are taken.");
    }

    private ClientErrorException tooSlow() {
        return refusal(
                Response.Status.REQUEST_TIMEOUT, "The body has not arrived within " + longest.toMillis() + " ms.");
    }

    private static ClientErrorException refusal(Response.Status status, String detail) {
        return new ClientErrorException(
                detail,
                Response.status(status)
                        .header(HttpHeader.CONNECTION.asString(), "close") // what is left of it is not read
                        .build());
    }

    private final class Limited extends FilterInputStream {

        private final long begunNanos = System.nanoTime();
        private long left = limit;

        Limited(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                int read = in.read(bytes, offset, length);
                count(Math.max(read, 0));
                return read;
            } catch (IOException e) {
                if (e.getCause() instanceof TimeoutException) {
                    throw tooSlow(); // Jetty has heard nothing for its idle time-out
                }
                throw e;
            }
        }

        private void count(int read) {
            left -= read;
            if (left < 0) {
                throw tooLarge();
            }
            if (System.nanoTime() - begunNanos > longest.toNanos()) {
                throw tooSlow();
            }
        }
    }
}
