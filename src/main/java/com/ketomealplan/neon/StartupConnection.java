package com.ketomealplan.neon;

import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.pool.Pool;
import io.dropwizard.lifecycle.Managed;
import java.sql.Connection;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that is opened while the service starts, so that a sleeping compute wakes meanwhile. It is returned to the pool when the
 * service has started, because listeners of the pool are registered until then. A pool that keeps connections lends it to the first
 * request. If it cannot be opened, the service starts all the same, and the first request gets the failure.
 */
final class StartupConnection implements Managed {

    private static final Logger LOG = LoggerFactory.getLogger(StartupConnection.class);

    /** Its name in the ledger. */
    private static final String PURPOSE = "start";

    private final CountDownLatch started = new CountDownLatch(1);

    private StartupConnection() {}

    /**
     * Begins to open it. To be managed, so that it is returned when the service has started.
     *
     * @param wanted whether it is opened; otherwise nothing is opened before a caller needs it
     */
    static StartupConnection to(Pool pool, boolean wanted) {
        StartupConnection connection = new StartupConnection();
        if (wanted) {
            Thread thread = new Thread(() -> connection.open(pool), "connect-at-start");
            thread.setDaemon(true);
            thread.start();
        }
        return connection;
    }

    private void open(Pool pool) {
        try {
            Purpose.within(PURPOSE, () -> {
                try (Connection held = pool.getConnection()) {
                    started.await();
                    LOG.debug("Returning {}", held);
                }
                return null;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("No connection at the start", e);
        }
    }

    @Override
    public void start() {
        started.countDown();
    }
}
