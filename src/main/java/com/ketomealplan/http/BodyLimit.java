package com.ketomealplan.http;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Refuses bodies that are too large: by their Content-Length before a byte is read, and the others, of which nobody knows
 * the length before, as soon as they are. A compressed body counts as it is uncompressed.
 */
@PreMatching
public final class BodyLimit implements ContainerRequestFilter {

    private final long limit;

    /**
     * @param limit in bytes
     */
    public BodyLimit(long limit) {
        this.limit = limit;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getLength() > limit) {
            throw tooLarge();
        }
        request.setEntityStream(new Limited(request.getEntityStream()));
    }

    private ClientErrorException tooLarge() {
        return new ClientErrorException(
                "The body has more than the " + limit + " bytes that are taken.",
                Response.status(Response.Status.REQUEST_ENTITY_TOO_LARGE)
                        .header(HttpHeader.CONNECTION.asString(), "close") // what is left of it is not read
                        .build());
    }

    private final class Limited extends FilterInputStream {

        private long left = limit;

        Limited(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            count(Math.max(read, 0));
            return read;
        }

        private void count(int read) {
            left -= read;
            if (left < 0) {
                throw tooLarge();
            }
        }
    }
}
