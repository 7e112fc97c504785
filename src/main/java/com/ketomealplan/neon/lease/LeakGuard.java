package com.ketomealplan.neon.lease;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back the connections that a request has borrowed and not given back when it ends. */
public final class LeakGuard implements Filter {

    private static final Logger LOG = LoggerFactory.getLogger(LeakGuard.class);

    /** Those that this thread has borrowed for its request, by where it did. */
    private static final ThreadLocal<Map<Lease, Throwable>> OPEN = new ThreadLocal<>();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        OPEN.set(new IdentityHashMap<>());
        try {
            chain.doFilter(request, response);
        } finally {
            Map<Lease, Throwable> open = OPEN.get();
            OPEN.remove();
            open.forEach((lease, where) -> {
                if (lease.isOpen()) { // no other thread has given it back
                    LOG.warn("A connection was not given back at the end of its request, and is closed", where);
                    lease.reclaim();
                }
            });
        }
    }

    /** Borrows for somebody who is sure to give back, so that where it was need not be remembered. */
    public static <T> T trusting(Supplier<T> borrowing) {
        Map<Lease, Throwable> open = OPEN.get();
        OPEN.remove();
        try {
            return borrowing.get();
        } finally {
            if (open != null) {
                OPEN.set(open);
            }
        }
    }

    public static void borrowed(Lease lease) {
        Map<Lease, Throwable> open = OPEN.get();
        if (open != null) {
            open.put(lease, new Throwable("it was borrowed here"));
        }
    }

    public static void returned(Lease lease) {
        Map<Lease, Throwable> open = OPEN.get();
        if (open != null) {
            open.remove(lease);
        }
    }
}
