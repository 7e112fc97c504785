package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.failure.LogThrottle;
import java.time.Duration;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Logs connections that were closed under their borrowers. On threads of its own: a log may block, and a stack trace waits for a
 * safepoint.
 */
final class LeaseLog {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private static final LogThrottle STACKS = new LogThrottle(Duration.ofMinutes(1));

    private LeaseLog() {}

    /**
     * Logs that a connection was closed. If its statement was cancelled, its borrower waits for the answer and is thrown the reason,
     * which is logged as the failure of the unit.
     *
     * @param from its state until now. If that is {@link LeaseState#ACTIVE}, its borrower was not waiting for the server: then no
     *     exception has its stack trace, so the log gets it, once a minute
     */
    static void closed(Lease lease, Thread borrower, LeaseState from, String reason) {
        if (from == LeaseState.CANCELLING) {
            return;
        }
        LeaseWatch.BLOCKING.execute(() -> {
            lease.request().ifPresent(id -> MDC.put(LogContext.REQUEST, id));
            lease.purpose().ifPresent(name -> MDC.put(Purpose.MDC_KEY, name));
            OptionalLong others = from == LeaseState.ACTIVE ? STACKS.tryAcquire() : OptionalLong.empty();
            LOG.warn(
                    "Connection closed under its borrower, its transaction is rolled back: {}{}",
                    reason,
                    others.orElse(0) == 0
                            ? ""
                            : " (" + others.getAsLong() + " others without stack traces since the last one)",
                    others.isPresent() ? stackOf(borrower) : null);
        });
    }

    private static Throwable stackOf(Thread borrower) {
        Throwable where = new Throwable("the borrower's thread, as it is now: " + borrower.getName());
        where.setStackTrace(borrower.getStackTrace());
        return where;
    }
}
