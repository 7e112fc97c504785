package com.ketomealplan.neon.url;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One server of a connection URL.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 * @param port 1 to 65535
 */
public record HostAndPort(String host, int port) {

    static final int DEFAULT_PORT = 5432;

    private static final Pattern NEON_HOST = Pattern.compile("[a-z0-9.-]+\\.neon\\.tech");
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");
    private static final String NEON_WITH_FINAL_DOT = ".neon.tech.";
    private static final String POOLER = "-pooler";

    public HostAndPort {
        host = Objects.requireNonNull(host, "host").toLowerCase(Locale.ROOT);
        if (host.endsWith(NEON_WITH_FINAL_DOT)) { // the same host, whose certificate does not name the dot
            host = host.substring(0, host.length() - 1);
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port out of range");
        }
    }

    /** Returns whether the name is one of this machine; no name is resolved. */
    boolean isLoopback() {
        return host.equals("localhost")
                || host.equals("[::1]")
                || LOOPBACK_V4.matcher(host).matches();
    }

    boolean isNeon() {
        return NEON_HOST.matcher(host).matches();
    }

    /** Returns whether this is Neon's pooled endpoint (PgBouncer): its first label ends in {@code -pooler}. */
    boolean isNeonPooler() {
        return isNeon() && firstLabel().endsWith(POOLER);
    }

    /** Returns the endpoint without the pooler, on Neon; otherwise this. */
    HostAndPort direct() {
        if (!isNeonPooler()) {
            return this;
        }
        String label = firstLabel();
        return new HostAndPort(
                label.substring(0, label.length() - POOLER.length()) + host.substring(label.length()), port);
    }

    private String firstLabel() {
        return host.substring(0, host.indexOf('.'));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
