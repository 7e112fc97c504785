package com.ketomealplan.neon.lease;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back the connections that a request has borrowed and not given back when it ends. */
public final class LeakGuard implements Filter {

    private static final Logger LOG = LoggerFactory.getLogger(LeakGuard.class);

    /** What this thread has borrowed for its request and not given back: rarely anything, as units of work are trusted. */
    private static final ThreadLocal<List<Borrowing>> OPEN = new ThreadLocal<>();

    private record Borrowing(Lease lease, Throwable where) {}

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        OPEN.set(new ArrayList<>(0));
        try {
            chain.doFilter(request, response);
        } finally {
            List<Borrowing> open = OPEN.get();
            OPEN.remove();
            for (Borrowing left : open) {
                if (left.lease().isOpen()) { // no other thread has given it back
                    LOG.warn("A connection was not given back at the end of its request, and is closed", left.where());
                    left.lease().reclaim();
                }
            }
        }
    }

    /** Borrows for somebody who is sure to give back, so that where it was need not be remembered. */
    public static <T> T trusting(Supplier<T> borrowing) {
        List<Borrowing> open = OPEN.get();
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
        List<Borrowing> open = OPEN.get();
        if (open != null) {
            open.add(new Borrowing(lease, new Throwable("it was borrowed here")));
        }
    }

    public static void returned(Lease lease) {
        List<Borrowing> open = OPEN.get();
        if (open != null) {
            open.removeIf(borrowing -> borrowing.lease() == lease);
        }
    }
}
