package com.ketomealplan.http;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpStatus;
import org.glassfish.jersey.server.ExtendedUriInfo;

/**
 * Adds {@code Allow} to the response to {@code OPTIONS}, which has no body, and {@code Accept-Patch} (RFC 5789) where a path takes
 * patches, also to a 415.
 */
final class AcceptedTypes implements ContainerResponseFilter {

    private static final String ACCEPT_PATCH = "Accept-Patch";

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        boolean options = request.getMethod().equals(HttpMethod.OPTIONS);
        if (options && response.getStatus() == HttpStatus.OK_200) { // Jersey's own response
            response.setEntity(null);
            response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
            response.setStatus(HttpStatus.NO_CONTENT_204);
        }
        Set<String> methods = new TreeSet<>(response.getAllowedMethods());
        if (methods.contains(HttpMethod.GET)
                && methods.add(HttpMethod.HEAD)) { // which Jersey takes and names in one of two places
            response.getHeaders().putSingle(HttpHeaders.ALLOW, String.join(", ", methods));
        }
        boolean refusedPatch = request.getMethod().equals(HttpMethod.PATCH)
                && response.getStatus() == HttpStatus.UNSUPPORTED_MEDIA_TYPE_415;
        if ((options || refusedPatch) && request.getUriInfo() instanceof ExtendedUriInfo uri) {
            List<String> types = ofPath(uri, HttpMethod.PATCH);
            if (!types.isEmpty()) {
                response.getHeaders().putSingle(ACCEPT_PATCH, String.join(", ", types));
            }
        }
    }

    /** Returns the media types that a method of the path consumes; empty if not declared, or if there is no such path. */
    static List<String> ofPath(ExtendedUriInfo uri, String method) {
        return uri.getMatchedRuntimeResources().stream()
                .limit(1) // the innermost one
                .flatMap(resource -> resource.getResourceMethods().stream())
                .filter(found -> method.equals(found.getHttpMethod()))
                .flatMap(found -> found.getConsumedTypes().stream())
                .map(MediaType::toString)
                .distinct()
                .toList();
    }
}
