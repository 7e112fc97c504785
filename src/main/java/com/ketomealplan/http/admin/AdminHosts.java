package com.ketomealplan.http.admin;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The host names that the admin port accepts, against DNS rebinding: the owner of a name can point it to 127.0.0.1, so that the
 * scripts of its pages may read the admin pages. So without a token, only the names of this machine and those of the
 * configuration are accepted.
 */
public final class AdminHosts {

    /** A host or an IPv6 address in brackets, with an optional port and no user. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:@/\\[\\]\\s]+))(?::\\d{0,5})?");

    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}_-]+(\\.[\\p{Alnum}_-]+)*\\.?");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

    private final Set<String> known;

    /**
     * @param known the names beside those of the loopback interface
     */
    AdminHosts(Collection<String> known) {
        this.known = known.stream().map(AdminHosts::canonical).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the configured names, and the addresses where the admin port listens. */
    static AdminHosts of(ServerFactory server, Collection<String> configured) {
        return new AdminHosts(Stream.concat(
                        configured.stream(),
                        adminConnectors(server).stream()
                                .flatMap(connector -> Optional.ofNullable(bindHost(connector)).stream()))
                .toList());
    }

    /** Returns whether a text is a host name or an address, without scheme, port or wildcard. */
    public static boolean isHost(String text) {
        return NAME.matcher(text).matches()
                || literal(text.replaceFirst("^\\[(.*)]$", "$1")).isPresent();
    }

    /**
     * Returns the indexes of the admin connectors that accept connections from other machines. A name that cannot be resolved
     * counts, because it may be resolved later.
     */
    public static List<Integer> beyondLoopback(ServerFactory server) {
        List<ConnectorFactory> connectors = adminConnectors(server);
        return IntStream.range(0, connectors.size())
                .filter(number -> !isOfThisMachineOnly(bindHost(connectors.get(number))))
                .boxed()
                .toList();
    }

    private static List<ConnectorFactory> adminConnectors(ServerFactory server) {
        return server instanceof DefaultServerFactory twoPorts && twoPorts.getAdminConnectors() != null
                ? twoPorts.getAdminConnectors()
                : List.of(); // a list that is empty in the file is a mistake that its own constraint reports
    }

    private static String bindHost(ConnectorFactory connector) {
        return connector instanceof HttpConnectorFactory http ? http.getBindHost() : null;
    }

    private static boolean isOfThisMachineOnly(String bindHost) {
        if (bindHost == null || bindHost.isBlank()) {
            return false; // all interfaces
        }
        try {
            return Stream.of(InetAddress.getAllByName(bindHost)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /**
     * Returns whether all host names of a request are accepted: its {@code Host}, and all other sources of Jetty's server name. A
     * request without any is not accepted.
     */
    boolean match(HttpServletRequest request) {
        List<String> named = new ArrayList<>(Collections.list(request.getHeaders("Host")));
        boolean some = !named.isEmpty();
        named.add(request.getServerName());
        return some && named.stream().allMatch(this::include);
    }

    /** Returns whether the host of an authority, such as {@code [::1]:8081}, is accepted. */
    boolean include(String authority) {
        return host(authority)
                .filter(host -> isLoopback(host) || known.contains(host))
                .isPresent();
    }

    /** Returns whether the host of an authority is a configured one. */
    boolean contains(String authority) {
        return host(authority).filter(known::contains).isPresent();
    }

    private static Optional<String> host(String authority) {
        Matcher parts = AUTHORITY.matcher(authority == null ? "" : authority);
        return parts.matches()
                ? Optional.of(canonical(parts.group(1) == null ? parts.group(2) : parts.group(1)))
                : Optional.empty();
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || LOOPBACK.matcher(host).matches()
                || literal(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    private static String canonical(String host) {
        String bare = host.strip().replaceFirst("^\\[(.*)]$", "$1");
        return literal(bare).map(InetAddress::getHostAddress).orElseGet(() -> bare.toLowerCase(Locale.ROOT)
                .replaceFirst("\\.$", ""));
    }

    /** Parses an IPv6 address, without DNS. */
    private static Optional<InetAddress> literal(String host) {
        try {
            return IPV6.matcher(host).matches() ? Optional.of(InetAddress.getByName(host)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
