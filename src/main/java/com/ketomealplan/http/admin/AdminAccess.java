package com.ketomealplan.http.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.http.drain.Probes;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Protects the admin pages, which can change log levels or profile the service.
 *
 * <ul>
 *   <li>On a port of their own they require the token, if there is one. If there is none, the port listens on the loopback
 *       interface only, and accepts only the host names of {@link AdminHosts}.
 *   <li>On the port of the application they are 404 without the token. Only the index page responds with 401, so that a browser
 *       asks for the token, and so do requests of a page of the same origin, because a browser that got the token in an
 *       address sends it only after a 401.
 *   <li>Requests of a page of another origin are refused (see {@link AdminOrigin}), also with the token, which browsers send
 *       by themselves.
 *   <li>Probes of the admin port are public: orchestrators have no token, and use the machine's address.
 * </ul>
 * Refused requests are counted by reason, in {@code admin_requests_refused_total}.
 */
public final class AdminAccess implements Filter {

    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private final Optional<byte[]> token;
    private final boolean ownPort;
    private final AdminHosts hosts;
    private final FailedAttempts attempts = new FailedAttempts(System::nanoTime);
    private final ObjectMapper json;
    private final Counter refused;

    private AdminAccess(
            Optional<String> token, boolean ownPort, AdminHosts hosts, ObjectMapper json, PrometheusRegistry metrics) {
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.ownPort = ownPort;
        this.hosts = hosts;
        this.json = json;
        this.refused = Counter.builder()
                .name("admin_requests_refused")
                .help("Requests for the admin pages that were refused, by reason.")
                .labelNames("reason")
                .register(metrics);
        Refusal.REASONS.forEach(refused::initLabelValues);
    }

    /**
     * Installs the filter before all admin pages.
     *
     * @param token the token that clients must send, if any
     * @param hosts the host names of the port beside those of the loopback interface
     * @param metrics the registry of the counter
     */
    public static void protect(
            Environment environment,
            Configuration configuration,
            Optional<String> token,
            List<String> hosts,
            PrometheusRegistry metrics) {
        boolean samePort = configuration.getServerFactory() instanceof SimpleServerFactory;
        AdminAccess access = new AdminAccess(
                token,
                !samePort,
                AdminHosts.of(configuration.getServerFactory(), hosts),
                environment.getObjectMapper(),
                metrics);
        environment
                .admin()
                .addFilter("admin-access", access)
                .addMappingForUrlPatterns(
                        EnumSet.allOf(DispatcherType.class), true, "/*"); // after those that number requests
        // Otherwise /admin is redirected to /admin/ before the filter, which reveals that it exists
        environment.getAdminContext().setAllowNullPathInContext(true);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest httpRequest = (HttpServletRequest) request;
        HttpServletResponse httpResponse = (HttpServletResponse) response;
        Optional<Refusal> refusal = ownPort && isProbe(httpRequest) ? Optional.empty() : refusal(httpRequest);
        if (refusal.isPresent()) {
            refused.labelValues(refusal.get().reason()).inc();
            refusal.get().onRequest(httpRequest).send(httpResponse, json);
        } else if (Probes.path(httpRequest).isEmpty()) { // for the relative links of the page
            httpResponse.setStatus(HttpServletResponse.SC_FOUND);
            httpResponse.setHeader("Location", httpRequest.getContextPath() + "/");
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Returns whether the probe servlet will serve the request; not by the path, which can be written in many ways. */
    private static boolean isProbe(HttpServletRequest request) {
        return Probes.NAME.equals(request.getHttpServletMapping().getServletName());
    }

    private Optional<Refusal> refusal(HttpServletRequest request) {
        String sent = request.getHeader("Authorization");
        boolean visible = ownPort || (token.isPresent() && (isIndexPage(request) || AdminOrigin.isSame(request)));
        if (!visible && (token.isEmpty() || sent == null)) {
            return Optional.of(Refusal.ABSENT);
        }
        if (token.isEmpty() && !hosts.match(request)) {
            return Optional.of(Refusal.HOST);
        }
        if (AdminOrigin.isForeign(request, hosts)) {
            return Optional.of(Refusal.ORIGIN);
        }
        if (token.isEmpty()) {
            return Optional.empty();
        }
        return sent == null
                ? Optional.of(Refusal.NO_TOKEN)
                : checkToken(request.getRemoteAddr(), isToken(sent), visible);
    }

    private Optional<Refusal> checkToken(String address, boolean valid, boolean visible) {
        Duration wait = attempts.waitOf(address, valid);
        if (!wait.isZero()) {
            return Optional.of(Refusal.tooMany(wait));
        }
        return valid ? Optional.empty() : Optional.of(visible ? Refusal.WRONG_TOKEN : Refusal.WRONG_TOKEN_HIDDEN);
    }

    /** Returns whether the path is that of the index page. */
    private static boolean isIndexPage(HttpServletRequest request) {
        return Probes.path(request).isEmpty() || Probes.path(request).equals("/");
    }

    /** Compares in constant time. */
    private boolean isToken(String authorization) {
        return token.isPresent()
                && tokenOf(authorization)
                        .filter(sent -> MessageDigest.isEqual(sent, token.get()))
                        .isPresent();
    }

    /** Returns the token of a bearer or basic header, with any user name. */
    private static Optional<byte[]> tokenOf(String authorization) {
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(authorization
                    .substring(BEARER.length())
                    .getBytes(StandardCharsets.ISO_8859_1)); // as they were sent: Jetty makes a character of each byte
        }
        if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        try {
            byte[] pair = Base64.getDecoder()
                    .decode(authorization.substring(BASIC.length()).strip());
            int colon = new String(pair, StandardCharsets.ISO_8859_1).indexOf(':');
            return Optional.of(pair)
                    .filter(any -> colon >= 0)
                    .map(any -> Arrays.copyOfRange(any, colon + 1, any.length));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not base64
        }
    }
}
