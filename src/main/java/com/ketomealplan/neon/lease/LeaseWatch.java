package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enforces the timeouts of the leases: checks all of them every 25 ms, only while there are some, which costs less than a timer for
 * each.
 */
public final class LeaseWatch {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

    private static final Duration INTERVAL = Duration.ofMillis(25);

    /** Runs what may block: a cancel request opens a connection, and a log may be slow. Both are rare. */
    static final Executor BLOCKING = task -> {
        Thread thread = new Thread(() -> runLogged(task), "database-cancel");
        thread.setDaemon(true);
        thread.start();
    };

    private final Duration idleInTransactionTimeout;
    private final Ticker<Lease> ticker;

    /**
     * @param idleInTransactionTimeout how long a borrower may leave a transaction idle
     * @param leases returns the leases whose owner has not taken the connection back
     */
    public LeaseWatch(Duration idleInTransactionTimeout, Supplier<List<Lease>> leases) {
        this.idleInTransactionTimeout = idleInTransactionTimeout;
        this.ticker = new Ticker<>(INTERVAL, leases, this::tick, Timer::after);
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("Cancel task failed", e);
        }
    }

    /** Runs what may block, and must run: on this thread if no other one can be started. */
    static void runAnyhow(Runnable task) {
        try {
            BLOCKING.execute(task);
        } catch (OutOfMemoryError e) {
            task.run();
        }
    }

    /** Starts the checks, unless they run. To be called for each new lease. */
    public void begin() {
        ticker.start();
    }

    private void tick(Lease lease) {
        try {
            lease.enforceTimeouts(idleInTransactionTimeout);
        } catch (RuntimeException | OutOfMemoryError e) { // the other leases are still to be checked
            LOG.error("Lease check failed", e);
        }
    }
}
