package com.ketomealplan.neon.idempotency;

import com.ketomealplan.http.Problem;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** Reads the key of a POST before its body is read. */
final class IdempotencyFilter implements ContainerRequestFilter {

    /** A POST with a key. */
    record KeyedRequest(IdempotencyKey key, Fingerprint fingerprint) {}

    private static final ThreadLocal<KeyedRequest> CURRENT = new ThreadLocal<>();

    /** The one that this thread begins to work on, once; empty if it has no key. */
    static Optional<KeyedRequest> take() {
        Optional<KeyedRequest> request = Optional.ofNullable(CURRENT.get());
        CURRENT.remove();
        return request;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        CURRENT.remove();
        List<String> keys = request.getHeaders().get(IdempotencyKey.HEADER);
        if (keys == null || !request.getMethod().equals(HttpMethod.POST)) {
            return;
        }
        try {
            IdempotencyKey key = IdempotencyKey.parse(String.join(",", keys));
            CURRENT.set(new KeyedRequest(key, Fingerprint.of(request)));
        } catch (IdempotencyKey.InvalidKeyException e) {
            // An answer before the body has been read ends the connection, maybe under the client's next request
            request.getEntityStream().transferTo(OutputStream.nullOutputStream());
            request.abortWith(Problem.of(400, e.getMessage()).toResponse());
        }
    }
}
