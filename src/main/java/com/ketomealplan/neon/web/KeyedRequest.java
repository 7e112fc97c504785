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

/** A request that came with an {@code Idempotency-Key}. */
record KeyedRequest(IdempotentWork.Request request) {

    /**
     * Reads the request, and leaves its body to be read again.
     *
     * @param caller whose key it is
     */
    static KeyedRequest read(IdempotencyKey key, ContainerRequestContext request, String caller) throws IOException {
        byte[] body = request.getEntityStream().readAllBytes(); // bounded by maxBodySize
        request.setEntityStream(new ByteArrayInputStream(body));
        URI uri = request.getUriInfo().getRequestUri();
        MessageDigest digest = IdempotencyKey.sha256();
        digest.update((uri.getRawQuery() + "\n" + request.getHeaderString(HttpHeaders.CONTENT_TYPE) + "\n")
                .getBytes(StandardCharsets.UTF_8));
        List<String> scope = List.of(request.getMethod(), uri.getRawPath(), caller);
        return new KeyedRequest(new IdempotentWork.Request(key, scope, digest.digest(body)));
    }

    /** Whoever presents the same credentials is the same client. */
    static String callerByCredentials(ContainerRequestContext request) {
        return String.join(",", request.getHeaders().getOrDefault(HttpHeaders.AUTHORIZATION, List.of()));
    }
}
