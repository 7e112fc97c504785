package com.ketomealplan.http;

import com.fasterxml.jackson.databind.ObjectMapper;
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
 * Shows the admin pages, which can stop the service's log or profile it, to whom they are meant for.
 *
 * <ul>
 *   <li>On a port of their own they want the token, if there is one. If there is none, the port listens on the loopback
 *       interface only, and is served by the names that {@link AdminHosts} knows.
 *   <li>On the port of the application they do not exist for anybody without the token. Only their front door says that it
 *       wants one, if there is one, or else no browser would ask for it; and so is told what a page of the same origin asks
 *       for, because a browser that was given the token in an address waits to be asked again for each part of the page.
 *   <li>What a page of another origin has a browser ask for is refused (see {@link AdminOrigin}), with the token too, which
 *       browsers send by themselves.
 *   <li>Probes of the port of its own are served to everybody: orchestrators know no token, and take the machine's address.
 * </ul>
 *
 * What is refused is counted by its reason, in {@code admin_requests_refused_total}.
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
                .help("Requests for the admin pages that were refused, by why.")
                .labelNames("reason")
                .register(metrics);
        Refusal.REASONS.forEach(refused::initLabelValues);
    }

    /**
     * Puts the filter before all admin pages.
     *
     * @param token what a client has to present, if anything
     * @param hosts by which operators reach the port beside the loopback's
     * @param metrics where refusals are counted
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
        // Otherwise /admin is redirected to /admin/ before a filter is asked, which says that it exists
        environment.getAdminContext().setAllowNullPathInContext(true);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest asked = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        Optional<Refusal> refusal = ownPort && isProbe(asked) ? Optional.empty() : refusal(asked);
        if (refusal.isPresent()) {
            refused.labelValues(refusal.get().reason()).inc();
            refusal.get().to(asked).answer(answer, json);
        } else if (path(asked).isEmpty()) { // or else the page's links would miss it
            answer.setStatus(HttpServletResponse.SC_FOUND);
            answer.setHeader("Location", asked.getContextPath() + "/");
        } else {
            chain.doFilter(request, response);
        }
    }

    /** By what will be served, not by the path, of which there are many ways to write the same. */
    private static boolean isProbe(HttpServletRequest asked) {
        return Probes.NAME.equals(asked.getHttpServletMapping().getServletName());
    }

    private Optional<Refusal> refusal(HttpServletRequest asked) {
        String sent = asked.getHeader("Authorization");
        boolean shown = ownPort || (token.isPresent() && (isFrontDoor(asked) || AdminOrigin.isSame(asked)));
        if (!shown && (token.isEmpty() || sent == null)) {
            return Optional.of(Refusal.ABSENT);
        }
        if (token.isEmpty() && !hosts.areAskedFor(asked)) {
            return Optional.of(Refusal.HOST);
        }
        if (AdminOrigin.isForeign(asked, hosts)) {
            return Optional.of(Refusal.ORIGIN);
        }
        if (token.isEmpty()) {
            return Optional.empty();
        }
        return sent == null ? Optional.of(Refusal.NO_TOKEN) : judged(asked.getRemoteAddr(), isToken(sent), shown);
    }

    private Optional<Refusal> judged(String address, boolean right, boolean shown) {
        Duration wait = attempts.waitOf(address, right);
        if (!wait.isZero()) {
            return Optional.of(Refusal.tooMany(wait));
        }
        return right ? Optional.empty() : Optional.of(shown ? Refusal.WRONG_TOKEN : Refusal.WRONG_TOKEN_UNSEEN);
    }

    /** Where a browser begins. */
    private static boolean isFrontDoor(HttpServletRequest asked) {
        return path(asked).isEmpty() || path(asked).equals("/");
    }

    /** Below where the pages are, decoded, as a servlet is found by it. */
    static String path(HttpServletRequest asked) {
        return asked.getServletPath() + Optional.ofNullable(asked.getPathInfo()).orElse("");
    }

    /** Compares in a time that depends on what was sent alone. */
    private boolean isToken(String authorization) {
        return token.isPresent()
                && presented(authorization)
                        .filter(sent -> MessageDigest.isEqual(sent, token.get()))
                        .isPresent();
    }

    /** As a bearer's token, or as a password, with any name of a user. */
    private static Optional<byte[]> presented(String authorization) {
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(authorization.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8));
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
