package com.ketomealplan.neon.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reclaims the connections that a request has borrowed and not returned at its end. */
public final class LeakDetector {

    private static final Logger LOG = LoggerFactory.getLogger(LeakDetector.class);

    /** The unreturned connections of this thread's request: rarely any, as units of work are not tracked. */
    private static final ThreadLocal<List<Borrowing>> OPEN = new ThreadLocal<>();

    private record Borrowing(Lease lease, Throwable where) {}

    private LeakDetector() {}

    /** Starts to track the connections of this thread's request. */
    public static void begin() {
        OPEN.set(new ArrayList<>(0));
    }

    /** Reclaims the unreturned connections of this thread's request, with a warning for each. */
    public static void end() {
        List<Borrowing> open = OPEN.get();
        OPEN.remove();
        for (Borrowing left : open) {
            if (left.lease().isUnreturned()) { // by other threads, too
                LOG.warn(
                        "Connection leaked by its request: not returned after {} ms",
                        left.lease().held().toMillis(),
                        left.where());
                left.lease().reclaim();
            }
        }
    }

    /** Borrows without tracking, for a caller that is certain to return the connection. */
    public static <T> T untracked(Supplier<T> borrowing) {
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
