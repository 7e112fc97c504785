package com.ketomealplan.http.body;

import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.MediaType;

/** Refuses a Content-Type with the syntax of Accept: Jersey parses its quality value, and fails if that is invalid. */
@PreMatching
final class OneContentType implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        MediaType type = request.getMediaType();
        if (type != null && (type.isWildcardType() || type.isWildcardSubtype() || hasQuality(type))) {
            throw new NotSupportedException("The Content-Type has to be that of the body, without wildcards and q.");
        }
    }

    private static boolean hasQuality(MediaType type) {
        return type.getParameters().keySet().stream().anyMatch("q"::equalsIgnoreCase);
    }
}
