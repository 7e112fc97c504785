package com.ketomealplan.http.drain;

import com.codahale.metrics.health.HealthCheck;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.core.setup.Environment;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The probes of orchestrators, on both ports. They respond at once, from memory.
 *
 * <ul>
 *   <li>{@code /livez}: whether the process responds. It depends on nothing else: a restart does not repair a database.
 *   <li>{@code /startupz}: whether it has started, which is so when it responds.
 *   <li>{@code /readyz}: whether this instance can serve, or fail fast. It cannot if its configuration is refused, while
 *       that is not known, which may be so for a second after a start, or while it stops; a database that is busy, asleep or down is that
 *       of all instances, and to take all of them out does not help.
 * </ul>
 *
 * Dropwizard's own health checks have the last one as {@code readiness}.
 */
public final class Probes extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String READINESS = "readiness";

    /** The name of the servlet. */
    public static final String NAME = "probes";

    private static final String ALLOW = "Allow";
    private static final String METHODS = "GET, HEAD, OPTIONS";

    private static final String READY_PATH = "/readyz";

    /** The paths of the probes. */
    public static final Set<String> PATHS = Set.of("/livez", "/startupz", READY_PATH);

    private final transient List<Readiness> parts;
    private final transient ObjectMapper json;

    private Probes(List<Readiness> parts, ObjectMapper json) {
        this.parts = parts;
        this.json = json;
    }

    /** Installs the probes for these parts. */
    public static void install(Environment environment, List<Readiness> parts) {
        Probes probes = new Probes(parts, environment.getObjectMapper());
        Stream.of(environment.servlets(), environment.admin())
                .forEach(port -> port.addServlet(NAME, probes).addMapping(PATHS.toArray(String[]::new)));
        environment.healthChecks().register(READINESS, new HealthCheck() {
            @Override
            protected Result check() {
                return probes.notReadyReason().map(Result::unhealthy).orElseGet(Result::healthy);
            }
        });
    }

    /** Returns the decoded path of a request, below that of the admin pages on their port. */
    public static String path(HttpServletRequest request) {
        return request.getServletPath()
                + Optional.ofNullable(request.getPathInfo()).orElse("");
    }

    private Optional<String> notReadyReason() {
        return parts.stream().flatMap(part -> part.notReadyReason().stream()).findFirst();
    }

    /** Sets {@code Allow}: by default a servlet includes TRACE, which the server refuses, and leaves the header out of a 405. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (request.getMethod()) {
            case "GET", "HEAD" -> super.service(request, response);
            case "OPTIONS" -> {
                response.setHeader(ALLOW, METHODS);
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            }
            default -> {
                response.setHeader(ALLOW, METHODS);
                response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            }
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, String> report = new LinkedHashMap<>();
        report.put("status", "ok");
        if (request.getServletPath().equals(READY_PATH)) {
            parts.forEach(part -> report.put(part.component(), part.state()));
            notReadyReason().ifPresent(why -> {
                report.put("status", "not ready");
                report.put("detail", why);
                response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            });
        }
        response.setContentType("application/json");
        response.getOutputStream().write(json.writeValueAsBytes(report));
    }
}
