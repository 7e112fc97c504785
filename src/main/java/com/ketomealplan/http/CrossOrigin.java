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
        HttpServletRequest asked = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        if (!all) {
            answer.addHeader("Vary", ORIGIN); // also of those that have none, or a cache would give them to a page
        }
        String origin = asked.getHeader(ORIGIN);
        if (origin == null || !(all || origins.contains(origin))) {
            chain.doFilter(request, response);
            return;
        }
        answer.setHeader("Access-Control-Allow-Origin", all ? CorsSettings.ALL : origin);
        if (credentials) {
            answer.setHeader("Access-Control-Allow-Credentials", "true");
        }
        if (asked.getMethod().equals("OPTIONS") && asked.getHeader(REQUEST_METHOD) != null) {
            answer.setHeader("Access-Control-Allow-Methods", METHODS);
            answer.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS);
            answer.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
            answer.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else {
            answer.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS);
            chain.doFilter(request, response);
        }
    }
}
