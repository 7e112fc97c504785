package com.ketomealplan.http;

import com.ketomealplan.neon.lease.LogContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.MDC;

/**
 * Sets the id of every request: the client's, if it is valid, else a new one. It is in the response's header, in
 * every log line of the request, and in problems.
 */
public final class RequestId implements Filter {

    public static final String HEADER = "X-Request-Id";

    /** An id that is safe in a log line and a header. */
    private static final Pattern SOUND = Pattern.compile("[A-Za-z0-9._:/+=-]{1,128}");

    private static final long VERSION_BITS = 0xF000;
    private static final long VERSION_4 = 0x4000;
    private static final long VARIANT_BITS = 0xC000_0000_0000_0000L;
    private static final long VARIANT_IETF = 0x8000_0000_0000_0000L;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String id = of(((HttpServletRequest) request).getHeader(HEADER));
        ((HttpServletResponse) response).setHeader(HEADER, id);
        MDC.put(LogContext.REQUEST, id);
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.clear(); // with all keys that were added meanwhile
        }
    }

    static String of(String sent) {
        return Optional.ofNullable(sent)
                .filter(id -> SOUND.matcher(id).matches())
                .orElseGet(() -> random().toString());
    }

    /** Creates a UUID of version 4, unique but not secret: {@link UUID#randomUUID} takes a lock that all requests share. */
    private static UUID random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(
                random.nextLong() & ~VERSION_BITS | VERSION_4, random.nextLong() & ~VARIANT_BITS | VARIANT_IETF);
    }
}
