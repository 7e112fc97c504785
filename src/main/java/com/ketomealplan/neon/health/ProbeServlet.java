package com.ketomealplan.neon.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an orchestrator asks. All of it is known without the database, so that each answer comes at once whatever that does.
 *
 * <ul>
 *   <li>{@code /livez}: whether the process answers. It never depends on the database: to restart a service does not mend one.
 *   <li>{@code /startupz}: whether it has started. It has when it can be asked.
 *   <li>{@code /readyz}: whether this instance can serve, or fail fast. It cannot if its configuration is refused; a database
 *       that is busy, asleep or down is that of all instances, and to take all of them out helps nobody.
 * </ul>
 */
public final class ProbeServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String READINESS = "/readyz";

    private static final String[] PATHS = {"/livez", READINESS, "/startupz"};

    private final transient DatabaseProbe probe;
    private final transient ObjectMapper json;

    public ProbeServlet(DatabaseProbe probe, ObjectMapper json) {
        this.probe = probe;
        this.json = json;
    }

    /** Where it is to be mapped. */
    public static String[] paths() {
        return PATHS.clone();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, String> report = new LinkedHashMap<>();
        report.put("status", "ok");
        if (request.getServletPath().equals(READINESS)) {
            Optional<String> obstacle = probe.obstacle();
            report.put("database", probe.remember().state().inWords());
            obstacle.ifPresent(why -> {
                report.put("status", "not ready");
                report.put("detail", why);
                response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            });
        }
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(json.writeValueAsBytes(report));
    }
}
