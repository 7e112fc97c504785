package com.ketomealplan.http.admin;

import com.ketomealplan.http.drain.Probes;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Detects cross-origin requests. A browser sends requests of any page with its stored password, but with the headers
 * {@code Sec-Fetch-Site} and {@code Origin}, which scripts cannot set. Other clients send neither.
 */
final class AdminOrigin {

    /** The values for the page itself, and for an address that was typed. */
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private static final Set<String> READING = Set.of("GET", "HEAD");

    private static final Pattern ORIGIN = Pattern.compile("[\\p{Alnum}+.-]+://([^/?#]+)");

    /** The path of the profiler, which takes seconds of CPU. */
    private static final String PROFILE = "/pprof";

    private AdminOrigin() {}

    /**
     * Returns whether the request is cross-origin and refused. A page of another origin may only link to a page, except to a profile.
     */
    static boolean isForeign(HttpServletRequest request, AdminHosts hosts) {
        List<String> sites = values(request, "Sec-Fetch-Site");
        return (!OWN.containsAll(sites) && !isLink(request))
                || values(request, "Origin").stream()
                        .anyMatch(origin -> !isOwn(origin, request.getHeader("Host"), sites, hosts));
    }

    /** Returns whether the browser reports the same origin, which it does only for {@code https} and this machine. */
    static boolean isSame(HttpServletRequest request) {
        return values(request, "Sec-Fetch-Site").equals(List.of("same-origin"));
    }

    private static List<String> values(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header));
    }

    private static boolean isLink(HttpServletRequest request) {
        return READING.contains(request.getMethod())
                && values(request, "Sec-Fetch-Mode").equals(List.of("navigate"))
                && values(request, "Sec-Fetch-Dest").equals(List.of("document"))
                && !Probes.path(request).startsWith(PROFILE);
    }

    /** Returns whether the origin is this one. A proxy may have changed the {@code Host}: then the origin's must be configured. */
    private static boolean isOwn(String origin, String host, List<String> sites, AdminHosts hosts) {
        Matcher parts = ORIGIN.matcher(origin);
        return parts.matches()
                && (parts.group(1).equalsIgnoreCase(host)
                        || (sites.equals(List.of("same-origin")) && hosts.contains(parts.group(1))));
    }
}
