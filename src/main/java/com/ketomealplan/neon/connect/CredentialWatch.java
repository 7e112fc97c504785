package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, after the server has refused a log-in, whether there is anything else to present by now. It reads files and asks no server.
 * Thread-safe.
 */
final class CredentialWatch {

    private static final Logger LOG = LoggerFactory.getLogger(CredentialWatch.class);

    /** So often. */
    static final Duration LOOK = Duration.ofMillis(100);

    private final Connector connector;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor executor;
    private final Predicate<Boolean> seen;
    private boolean watching;
    private int begun;

    /**
     * @param executor runs what may block
     * @param seen is given whether there is, and says whether to look again
     */
    CredentialWatch(
            Connector connector,
            BiFunction<Duration, Runnable, Future<?>> timer,
            Executor executor,
            Predicate<Boolean> seen) {
        this.connector = connector;
        this.timer = timer;
        this.executor = executor;
        this.seen = seen;
    }

    /** Looks from now on, until it is told that there is no reason to. Does not block. */
    synchronized void begin() {
        begun++;
        if (!watching) {
            watching = true;
            scheduleLook();
        }
    }

    private void scheduleLook() {
        timer.apply(LOOK, () -> {
            try {
                executor.execute(this::look);
            } catch (RuntimeException | OutOfMemoryError e) { // there is no thread for it
                scheduleLook();
            }
        });
    }

    private void look() {
        int before;
        synchronized (this) {
            before = begun;
        }
        boolean again = seen.test(hasNew());
        synchronized (this) {
            watching = again || begun != before; // what was begun meanwhile is not over
            if (watching) {
                scheduleLook();
            }
        }
    }

    private boolean hasNew() {
        try {
            return connector.hasNewCredentials();
        } catch (RuntimeException e) {
            LOG.warn("No look at the credentials", e);
            return false;
        }
    }
}
