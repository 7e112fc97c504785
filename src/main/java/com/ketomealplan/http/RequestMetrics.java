package com.ketomealplan.http;

import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import java.io.IOException;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.uri.UriTemplate;

/**
 * Measures the duration of requests by route, under the names of OpenTelemetry's semantic conventions. The number of label values is
 * bounded: a path without a route counts under the empty one, an unknown method or scheme under {@code _OTHER}.
 */
final class RequestMetrics implements Filter {

    private static final String ROUTE = RequestMetrics.class.getName();

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private static final Set<String> SCHEMES = Set.of("http", "https");

    /** The bucket bounds of the conventions, in seconds. */
    private static final double[] BUCKETS = {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};

    private final Histogram times;
    private final Gauge active;

    RequestMetrics(PrometheusRegistry registry) {
        times = Histogram.builder()
                .name("http_server_request_duration")
                .help("Requests on the application port, from their head to their answer.")
                .unit(Unit.SECONDS)
                .classicOnly()
                .classicUpperBounds(BUCKETS)
                .labelNames("http_request_method", "http_route", "http_response_status_code", "url_scheme")
                .register(registry);
        active = Gauge.builder()
                .name("http_server_active_requests")
                .help("Requests being answered on the application port.")
                .register(registry);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest httpRequest = (HttpServletRequest) request;
        long begun = arrivedNanos(request);
        active.inc();
        try {
            chain.doFilter(request, response);
        } finally {
            String status = Integer.toString(((HttpServletResponse) response).getStatus());
            times.labelValues(method(httpRequest), route(httpRequest), status, scheme(httpRequest))
                    .observe((System.nanoTime() - begun) / 1e9);
            active.dec(); // last: where none is active, all are counted
        }
    }

    /** Returns when the head of a request had arrived, whose body may have taken a while; by {@link System#nanoTime()}. */
    static long arrivedNanos(ServletRequest request) {
        return ServletContextRequest.getServletContextRequest(request).getHeadersNanoTime();
    }

    static String method(HttpServletRequest request) {
        return oneOf(METHODS, request.getMethod());
    }

    /** A client may name any scheme, in the target of its request or in a header. */
    private static String scheme(HttpServletRequest request) {
        return oneOf(SCHEMES, request.getScheme());
    }

    private static String oneOf(Set<String> known, String value) {
        return known.contains(value) ? value : "_OTHER";
    }

    static String route(HttpServletRequest request) {
        if (request.getAttribute(ROUTE) instanceof String found) {
            return found;
        }
        String pattern = request.getHttpServletMapping().getPattern();
        return pattern.endsWith("*") ? "" : pattern; // a separate servlet, such as a probe
    }

    /** Returns the path template that Jersey has matched. */
    static final class Routes implements ContainerResponseFilter {
        @Override
        public void filter(ContainerRequestContext request, ContainerResponseContext response) {
            if (request.getUriInfo() instanceof ExtendedUriInfo uri) {
                String route = "";
                for (UriTemplate inner : uri.getMatchedTemplates()) {
                    route = inner.getTemplate() + route;
                }
                if (!route.isEmpty()) {
                    request.setProperty(ROUTE, route);
                }
            }
        }
    }
}
