package com.ketomealplan.http;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;

/**
 * Implements the CORS protocol of the Fetch standard: adds the headers, and responds to preflight requests. A request of another origin
 * is served without them: the browser hides the response from the page.
 */
final class CrossOrigin implements Filter {

    private static final String ORIGIN = "Origin";
    private static final String REQUEST_METHOD = "Access-Control-Request-Method";

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

    /** The request headers that a page may set. */
    private static final String REQUEST_HEADERS =
            "Accept, Accept-Language, Authorization, Content-Language, Content-Type, Idempotency-Key,"
                    + " If-Match, If-None-Match, traceparent, tracestate, X-Request-Id";

    /** The response headers that a page may read, beside the standard ones. */
    private static final String EXPOSED_HEADERS =
            "ETag, Idempotency-Replayed, Link, Location, Retry-After, X-Request-Id";

    /** How long browsers cache a preflight response. */
    private static final String MAX_AGE_SECONDS = "600";

    private final Set<String> origins;
    private final boolean all;
    private final boolean credentials;

    CrossOrigin(CorsSettings settings) {
        this.origins = Set.copyOf(settings.origins());
        this.all = settings.allowsAll();
        this.credentials = settings.credentials();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest httpRequest = (HttpServletRequest) request;
        HttpServletResponse httpResponse = (HttpServletResponse) response;
        if (!all) {
            // Also where there is no origin, or a cache would give the response to a page
            httpResponse.addHeader("Vary", ORIGIN);
        }
        String origin = httpRequest.getHeader(ORIGIN);
        if (origin == null || !(all || origins.contains(origin))) {
            chain.doFilter(request, response);
            return;
        }
        httpResponse.setHeader("Access-Control-Allow-Origin", all ? CorsSettings.ALL : origin);
        if (credentials) {
            httpResponse.setHeader("Access-Control-Allow-Credentials", "true");
        }
        if (httpRequest.getMethod().equals("OPTIONS") && httpRequest.getHeader(REQUEST_METHOD) != null) {
            httpResponse.setHeader("Access-Control-Allow-Methods", METHODS);
            httpResponse.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS);
            httpResponse.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
            httpResponse.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else {
            httpResponse.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS);
            chain.doFilter(request, response);
        }
    }
}
