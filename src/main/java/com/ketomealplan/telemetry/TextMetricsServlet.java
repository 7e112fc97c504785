package com.ketomealplan.telemetry;

import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Serves metrics in Prometheus' text formats. A scrape that prefers Protobuf gets the next format that it accepts: the library for
 * that one, of 2 MB, is not there, and without it the servlet would fail.
 */
final class TextMetricsServlet extends PrometheusMetricsServlet {

    private static final long serialVersionUID = 1L;
    private static final String ACCEPT = "Accept";
    private static final String PROTOBUF = "application/vnd.google.protobuf";

    TextMetricsServlet(PrometheusRegistry metrics) {
        super(metrics);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        super.doGet(new WithoutProtobuf(request), response);
    }

    /** A request whose header {@code Accept} names other types only. */
    private static final class WithoutProtobuf extends HttpServletRequestWrapper {

        WithoutProtobuf(HttpServletRequest request) {
            super(request);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            if (!ACCEPT.equalsIgnoreCase(name)) {
                return super.getHeaders(name);
            }
            String others = Collections.list(super.getHeaders(name)).stream()
                    .flatMap(value -> Stream.of(value.split(",")))
                    .filter(type -> !type.contains(PROTOBUF))
                    .collect(Collectors.joining(","));
            return Collections.enumeration(List.of(others));
        }
    }
}
