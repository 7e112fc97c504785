package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the connections that are out, many times a second and only while there are some, and ends those whose time is
 * over. One look at all of them costs less than a timer for each.
 */
public final class LeaseWatch {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

    private static final Duration INTERVAL = Duration.ofMillis(25);

    /** For what may block: to cancel is to open a connection, and a log may be slow. Both are rare. */
    static final Executor BLOCKING = task -> {
        Thread thread = new Thread(() -> runLogged(task), "database-cancel");
        thread.setDaemon(true);
        thread.start();
    };

    private final Duration longestIdle;
    private final Rounds<Lease> rounds;

    /**
     * @param longestIdle how long a borrower may leave a transaction idle
     * @param leases those of the connections that are out
     */
    public LeaseWatch(Duration longestIdle, Supplier<List<Lease>> leases) {
        this.longestIdle = longestIdle;
        this.rounds = new Rounds<>(INTERVAL, leases, this::look, Timer::after);
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("A connection was not ended as it should be", e);
        }
    }

    /** A connection is out. */
    public void begin() {
        rounds.begin();
    }

    private void look(Lease lease) {
        try {
            lease.checkTime(longestIdle);
        } catch (RuntimeException | OutOfMemoryError e) { // the others are to be watched all the same
            LOG.error("A connection could not be ended", e);
        }
    }
}
