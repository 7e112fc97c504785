package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.IdempotencyKey;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** Reads requests that come with an {@code Idempotency-Key}. */
final class KeyedRequest {

    private KeyedRequest() {}

    /**
     * Reads the request, and leaves its body to be read again.
     *
     * @param caller the client
     */
    static IdempotentWork.Request read(IdempotencyKey key, ContainerRequestContext request, String caller)
            throws IOException {
        byte[] body = request.getEntityStream().readAllBytes(); // bounded by maxBodySize
        request.setEntityStream(new ByteArrayInputStream(body));
        URI uri = request.getUriInfo().getRequestUri();
        MessageDigest digest = IdempotencyKey.sha256();
        digest.update((uri.getRawQuery() + "\n" + request.getHeaderString(HttpHeaders.CONTENT_TYPE) + "\n")
                .getBytes(StandardCharsets.UTF_8));
        String condition = request.getHeaderString(HttpHeaders.IF_MATCH);
        if (condition != null) {
            digest.update((HttpHeaders.IF_MATCH + ": " + condition + "\n").getBytes(StandardCharsets.UTF_8));
        }
        List<String> scope = List.of(request.getMethod(), uri.getRawPath(), caller);
        return new IdempotentWork.Request(key, scope, digest.digest(body));
    }
}
