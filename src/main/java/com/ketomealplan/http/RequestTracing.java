package com.ketomealplan.http;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
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
import java.util.Optional;
import org.slf4j.MDC;

/**
 * One span for each request, but for those of the probes, inside the trace that the client names (W3C Trace Context). The
 * trace's id stands in every log line of the request and in problems, also if nothing is exported and only the client traces.
 */
final class RequestTracing implements Filter {

    static final String MDC_KEY = "trace_id";

    private static final TextMapGetter<HttpServletRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public String get(HttpServletRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }
    };

    private final Tracer tracer;

    /**
     * @param openTelemetry empty if nothing is exported
     */
    RequestTracing(Optional<OpenTelemetry> openTelemetry) {
        this.tracer = openTelemetry.orElse(OpenTelemetry.noop()).getTracer("com.ketomealplan.http");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest asked = (HttpServletRequest) request;
        if (Probes.PATHS.contains(asked.getServletPath())) {
            chain.doFilter(request, response);
            return;
        }
        Span span = begin(asked);
        SpanContext context = span.getSpanContext();
        if (!context.isValid()) {
            chain.doFilter(request, response);
            return;
        }
        MDC.put(MDC_KEY, context.getTraceId());
        Scope scope = span.makeCurrent();
        try {
            chain.doFilter(request, response);
        } finally {
            scope.close();
            end(span, asked, ((HttpServletResponse) response).getStatus());
        }
    }

    private Span begin(HttpServletRequest request) {
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS);
        String method = RequestMetrics.method(request);
        SpanBuilder builder = tracer.spanBuilder(method)
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(HttpAttributes.HTTP_REQUEST_METHOD, method)
                .setAttribute(UrlAttributes.URL_PATH, request.getRequestURI())
                .setAttribute(UrlAttributes.URL_SCHEME, request.getScheme())
                .setAttribute(ServerAttributes.SERVER_ADDRESS, request.getServerName())
                .setAttribute(ServerAttributes.SERVER_PORT, (long) request.getServerPort());
        String agent = request.getHeader("User-Agent");
        if (agent != null) {
            builder.setAttribute(UserAgentAttributes.USER_AGENT_ORIGINAL, agent);
        }
        return builder.startSpan();
    }

    private static void end(Span span, HttpServletRequest request, int status) {
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
