package com.ketomealplan.neon.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back the connections that a request has borrowed and not given back when it ends. */
public final class LeakGuard {

    private static final Logger LOG = LoggerFactory.getLogger(LeakGuard.class);

    /** What this thread has borrowed for its request and not given back: rarely anything, as units of work are trusted. */
    private static final ThreadLocal<List<Borrowing>> OPEN = new ThreadLocal<>();

    private record Borrowing(Lease lease, Throwable where) {}

    private LeakGuard() {}

    /** A request begins on this thread. */
    public static void begin() {
        OPEN.set(new ArrayList<>(0));
    }

    /** The request of this thread has ended. */
    public static void end() {
        List<Borrowing> open = OPEN.get();
        OPEN.remove();
        for (Borrowing left : open) {
            if (left.lease().isOpen()) { // no other thread has given it back
                LOG.warn("A connection was not given back at the end of its request, and is closed", left.where());
                left.lease().reclaim();
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
