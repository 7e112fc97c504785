package com.ketomealplan.http;

import com.ketomealplan.http.drain.Probes;
import com.ketomealplan.neon.lease.LogContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.HttpAttributes;
import io.opentelemetry.semconv.ServerAttributes;
import io.opentelemetry.semconv.UrlAttributes;
import io.opentelemetry.semconv.UserAgentAttributes;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.MDC;

/**
 * One span for each request, but for those of the probes, inside the trace that the client names (W3C Trace Context). The
 * trace's id stands in every log line of the request and in problems, also if nothing is exported and only the client traces.
 */
final class RequestTracing implements Filter {

    /** In the log's context, and of the request's attribute. */
    static final String KEY = LogContext.TRACE;

    private static final TextMapGetter<HttpServletRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public String get(HttpServletRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }
    };

    private static final String TRACEPARENT = "traceparent";

    private final Tracer tracer;
    private final boolean exports;

    /**
     * @param openTelemetry empty if nothing is exported
     */
    RequestTracing(Optional<OpenTelemetry> openTelemetry) {
        this.exports = openTelemetry.isPresent();
        this.tracer = openTelemetry.orElse(OpenTelemetry.noop()).getTracer("com.ketomealplan.http");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest httpRequest = (HttpServletRequest) request;
        boolean isTraced = exports || httpRequest.getHeader(TRACEPARENT) != null;
        if (!isTraced || Probes.PATHS.contains(httpRequest.getServletPath())) {
            chain.doFilter(request, response);
            return;
        }
        Span span = begin(httpRequest);
        SpanContext context = span.getSpanContext();
        if (!context.isValid()) {
            chain.doFilter(request, response);
            return;
        }
        MDC.put(KEY, context.getTraceId());
        request.setAttribute(KEY, context.getTraceId()); // for the request log, which is written elsewhere
        Scope scope = span.makeCurrent();
        try {
            chain.doFilter(request, response);
        } finally {
            scope.close();
            end(span, httpRequest, ((HttpServletResponse) response).getStatus());
        }
    }

    private Span begin(HttpServletRequest request) {
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS);
        Span span = tracer.spanBuilder(RequestMetrics.method(request))
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(Instant.now().minusNanos(System.nanoTime() - RequestMetrics.arrivedNanos(request)))
                .startSpan();
        if (span.isRecording()) {
            describe(span, request);
        }
        return span;
    }

    private static void describe(Span span, HttpServletRequest request) {
        span.setAttribute(HttpAttributes.HTTP_REQUEST_METHOD, RequestMetrics.method(request));
        span.setAttribute(UrlAttributes.URL_PATH, request.getRequestURI());
        span.setAttribute(UrlAttributes.URL_SCHEME, request.getScheme());
        span.setAttribute(ServerAttributes.SERVER_ADDRESS, request.getServerName());
        span.setAttribute(ServerAttributes.SERVER_PORT, (long) request.getServerPort());
        String agent = request.getHeader("User-Agent");
        if (agent != null) {
            span.setAttribute(UserAgentAttributes.USER_AGENT_ORIGINAL, agent);
        }
    }

    private static void end(Span span, HttpServletRequest request, int status) {
        if (!span.isRecording()) {
            return;
        }
        String route = RequestMetrics.route(request);
        if (!route.isEmpty()) {
            span.updateName(RequestMetrics.method(request) + " " + route);
            span.setAttribute(HttpAttributes.HTTP_ROUTE, route);
        }
        span.setAttribute(HttpAttributes.HTTP_RESPONSE_STATUS_CODE, (long) status);
        if (status >= 500) {
            span.setStatus(StatusCode.ERROR);
            span.setAttribute(ErrorAttributes.ERROR_TYPE, Integer.toString(status));
        }
        span.end();
    }
}
