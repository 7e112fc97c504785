package com.ketomealplan.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose page a browser's request comes from. A browser sends what any page asks it to, with the password that it knows; but
 * it says from where, in {@code Sec-Fetch-Site} and {@code Origin}, which no script can write. Other clients send neither.
 */
final class AdminOrigin {

    /** The page itself, or the person before it, who has typed an address. */
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private static final Set<String> READING = Set.of("GET", "HEAD");

    private static final Pattern ORIGIN = Pattern.compile("[\\p{Alnum}+.-]+://([^/?#]+)");

    /** Takes seconds of a processor. */
    private static final String PROFILE = "/pprof";

    private AdminOrigin() {}

    /**
     * Whether a page of another origin asks. It may only do what a link does: have a page shown to whoever follows it,
     * and not a profile.
     */
    static boolean isForeign(HttpServletRequest request, AdminHosts hosts) {
        List<String> sites = values(request, "Sec-Fetch-Site");
        return (!OWN.containsAll(sites) && !isLink(request))
                || values(request, "Origin").stream()
                        .anyMatch(origin -> !isOwn(origin, request.getHeader("Host"), sites, hosts));
    }

    /** Whether a page of the same origin asks, as far as its browser says: one that is no {@code https} nor this machine's is not told. */
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
                && !AdminAccess.path(request).startsWith(PROFILE);
    }

    /** A proxy may have changed the {@code Host}: then the page's is one that the operator knows, and the browser agrees. */
    private static boolean isOwn(String origin, String host, List<String> sites, AdminHosts hosts) {
        Matcher parts = ORIGIN.matcher(origin);
        return parts.matches()
                && (parts.group(1).equalsIgnoreCase(host)
                        || (sites.equals(List.of("same-origin")) && hosts.knows(parts.group(1))));
    }
}
