package com.ketomealplan.http;

import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.core.setup.Environment;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;

/**
 * Shows the admin pages, which can stop the service's log or profile it, to whom they are meant for. On a port of their own
 * they are open unless there is a token, and that port is bound to the loopback interface by default. On the port of the
 * application they do not exist for anybody without the token. A browser presents it as a password.
 */
public final class AdminAccess implements Filter {

    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private final Optional<byte[]> token;
    private final boolean ownPort;

    private AdminAccess(Optional<String> token, boolean ownPort) {
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.ownPort = ownPort;
    }

    /** Puts the filter where the configuration needs it. */
    public static void protect(Environment environment, Configuration configuration, Optional<String> token) {
        boolean samePort = configuration.getServerFactory() instanceof SimpleServerFactory;
        if (samePort || token.isPresent()) {
            environment
                    .admin()
                    .addFilter("admin-access", new AdminAccess(token, !samePort))
                    .addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
            // Otherwise /admin is redirected to /admin/ before a filter is asked, which says that it exists
            environment.getAdminContext().setAllowNullPathInContext(true);
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String sent = ((HttpServletRequest) request).getHeader("Authorization");
        if (sent != null && isToken(sent)) {
            chain.doFilter(request, response);
        } else if (ownPort) { // so that a browser asks for it
            ((HttpServletResponse) response).setHeader("WWW-Authenticate", "Basic realm=\"admin\", charset=\"UTF-8\"");
            ((HttpServletResponse) response).sendError(HttpServletResponse.SC_UNAUTHORIZED);
        } else {
            ((HttpServletResponse) response).sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    /** Compares in a time that does not tell how much of it was right. */
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
