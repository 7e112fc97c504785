package com.ketomealplan.neon.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;

/** Tells one client from another one, for idempotency keys: a key is its client's. */
@FunctionalInterface
public interface Callers {

    /** Whose request it is: the same text for the same client. */
    String callerOf(ContainerRequestContext request);

    /** Whoever presents the same {@code Authorization} is the same client. */
    static Callers byCredentials() {
        return request -> String.join(",", request.getHeaders().getOrDefault(HttpHeaders.AUTHORIZATION, List.of()));
    }
}
