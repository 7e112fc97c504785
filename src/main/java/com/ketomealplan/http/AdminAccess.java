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
import java.util.EnumSet;
import java.util.Optional;

/**
 * Shows the admin pages, which can stop the service's log or profile it, to whom they are meant for. On a port of their own
 * they are open unless there is a token, and that port is bound to the loopback interface by default. On the port of the
 * application they do not exist for anybody without the token.
 */
public final class AdminAccess implements Filter {

    private static final String SCHEME = "Bearer ";

    private final Optional<byte[]> token;

    private AdminAccess(Optional<String> token) {
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts the filter where the configuration needs it. */
    public static void protect(Environment environment, Configuration configuration, Optional<String> token) {
        boolean samePort = configuration.getServerFactory() instanceof SimpleServerFactory;
        if (samePort || token.isPresent()) {
            environment
                    .admin()
                    .addFilter("admin-access", new AdminAccess(token))
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
        } else {
            ((HttpServletResponse) response).sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    /** Compares in a time that does not tell how much of it was right. */
    private boolean isToken(String authorization) {
        return token.isPresent()
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        authorization.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8), token.get());
    }
}
