package com.ketomealplan.http.body;

import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Refuses a Content-Encoding that Jetty does not inflate: the compressed body would be parsed as JSON. Jetty inflates gzip, and removes
 * it from the header.
 */
@PreMatching
final class KnownEncoding implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        String left = request.getHeaderString(HttpHeader.CONTENT_ENCODING.asString());
        if (left != null && !left.isBlank() && !left.strip().equalsIgnoreCase("identity")) {
            throw new NotSupportedException(
                    "The body may be compressed once, by gzip, and by nothing else.",
                    Response.status(Response.Status.UNSUPPORTED_MEDIA_TYPE)
                            .header(HttpHeader.ACCEPT_ENCODING.asString(), "gzip")
                            .build());
        }
    }
}
