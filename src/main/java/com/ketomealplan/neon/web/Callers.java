package com.ketomealplan.neon.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;

/** Identifies clients, for idempotency keys: each client has its own. */
@FunctionalInterface
public interface Callers {

    /** Returns the client of a request: the same text for the same client. */
    String callerOf(ContainerRequestContext request);

    /** Returns the callers that are identified by their {@code Authorization} header. */
    static Callers byCredentials() {
        return request -> String.join(",", request.getHeaders().getOrDefault(HttpHeaders.AUTHORIZATION, List.of()));
    }
}
