package com.ketomealplan.http.body;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Refuses bodies that are too large: by their Content-Length before a byte is read, and others as soon as they exceed the
 * limit. A compressed body counts by its uncompressed size. Also refuses the bodies that
 * {@link BodyCollector} has not collected.
 */
@PreMatching
final class BodyLimit implements ContainerRequestFilter {

    private final long limit;

    /**
     * @param limit in bytes
     */
    BodyLimit(long limit) {
        this.limit = limit;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        String length = request.getHeaderString(HttpHeaders.CONTENT_LENGTH); // a number, or Jetty would have refused it
        if (length != null && Long.parseLong(length) > limit) {
            throw tooLarge();
        }
        request.setEntityStream(new Limited(request.getEntityStream()));
    }

    private ClientErrorException tooLarge() {
        return refusal(BodyRefusedException.tooLarge(limit));
    }

    private static ClientErrorException refusal(BodyRefusedException why) {
        return new ClientErrorException(
                why.getMessage(),
                Response.status(why.status())
                        .header(HttpHeader.CONNECTION.asString(), "close") // the rest of the body is not read
                        .build());
    }

    private final class Limited extends FilterInputStream {

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
            } catch (BodyRefusedException e) {
                throw refusal(e);
            }
        }

        private void count(int read) {
            left -= read;
            if (left < 0) {
                throw tooLarge();
            }
        }
    }
}
