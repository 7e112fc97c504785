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
 * {@link BodyCollector} has not collected, and those in another encoding than UTF-8.
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

    private static ClientErrorException notUtf8() {
        return new ClientErrorException(
                "The body is not in UTF-8, as JSON is (RFC 8259, section 8.1).", Response.Status.BAD_REQUEST);
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
                if (left > limit - 2) {
                    checkBeginning(bytes, offset, read);
                }
                count(Math.max(read, 0));
                return read;
            } catch (BodyRefusedException e) {
                throw refusal(e);
            }
        }

        /** Refuses UTF-16 and UTF-32, which Jackson would read, and repair in silence: with a NUL or a mark in the first two bytes. */
        private void checkBeginning(byte[] bytes, int offset, int read) {
            for (int i = 0; i < read && left - i > limit - 2; i++) {
                int found = bytes[offset + i] & 0xff;
                if (found == 0 || found >= 0xfe) {
                    throw notUtf8();
                }
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
