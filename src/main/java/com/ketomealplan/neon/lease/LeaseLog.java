package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.failure.LogThrottle;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Logs connections that were closed under their borrowers, with the request and the unit of the borrower. Blocks: a log may be slow, and a
 * stack trace waits for a safepoint. If a statement was cancelled before, nothing is logged here: its borrower waits for the answer and is
 * thrown the reason, which is logged as the failure of the unit.
 */
final class LeaseLog {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    static final String COMMIT_UNANSWERED = "COMMIT has not been answered in half of the time that was left";

    private static final LogThrottle STACKS = new LogThrottle(Duration.ofMinutes(1));

    private LeaseLog() {}

    /**
     * Logs that its borrower has lost it. No exception may have the borrower's stack trace, so the log gets it, once a minute.
     *
     * @param executing whether it awaited the server: then this does not say what the statement has done
     */
    static void closed(Lease lease, Thread borrower, String reason, boolean executing) {
        OptionalLong others = STACKS.tryAcquire();
        String more = others.orElse(0) == 0
                ? ""
                : " (" + others.getAsLong() + " others without stack traces since the last one)";
        withContextOf(
                lease,
                () -> LOG.warn(
                        "Connection closed under its borrower, {}: {}{}",
                        executing ? "while it executed a statement" : "its transaction is rolled back",
                        reason,
                        more,
                        others.isPresent() ? stackOf(borrower) : null));
    }

    /** The server may have committed: its borrower looks that up. */
    static void commitUnanswered(Lease lease) {
        withContextOf(
                lease,
                () -> LOG.warn(
                        "Connection closed under its borrower, its transaction may be committed: {}",
                        COMMIT_UNANSWERED));
    }

    static void cancelFailed(SQLException failure) {
        LOG.debug("Cancel request failed: the connection is closed", failure);
    }

    /** Runs something with the request and the unit of the borrower as its context. */
    static void withContextOf(Lease lease, Runnable task) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        lease.request().ifPresent(id -> MDC.put(LogContext.REQUEST, id));
        lease.purpose().ifPresent(name -> MDC.put(Purpose.MDC_KEY, name));
        try {
            task.run();
        } finally {
            MDC.setContextMap(before == null ? Map.of() : before);
        }
    }

    private static Throwable stackOf(Thread borrower) {
        Throwable where = new Throwable("the borrower's thread, as it is now: " + borrower.getName());
        where.setStackTrace(borrower.getStackTrace());
        return where;
    }
}
