package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
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

    /** So often where it has lasted. */
    static final Duration LATER_LOOK = Duration.ofSeconds(2);

    private final Connector connector;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor executor;
    private final Function<Boolean, Optional<Duration>> seen;
    private boolean watching;
    private int begun;

    /**
     * @param executor runs what may block
     * @param seen is given whether there is, and says when to look again; empty if there is no reason to
     */
    CredentialWatch(
            Connector connector,
            BiFunction<Duration, Runnable, Future<?>> timer,
            Executor executor,
            Function<Boolean, Optional<Duration>> seen) {
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
            lookAfter(LOOK);
        }
    }

    private void lookAfter(Duration time) {
        timer.apply(time, () -> {
            try {
                executor.execute(this::look);
            } catch (RuntimeException | OutOfMemoryError e) { // there is no thread for it
                lookAfter(time);
            }
        });
    }

    private void look() {
        int before;
        synchronized (this) {
            before = begun;
        }
        Optional<Duration> next = Optional.of(LATER_LOOK); // if this one fails
        try {
            next = seen.apply(hasNew());
        } finally {
            synchronized (this) {
                if (begun != before) {
                    next = Optional.of(LOOK); // what was begun meanwhile is not over
                }
                watching = next.isPresent();
                next.ifPresent(this::lookAfter);
            }
        }
    }

    private boolean hasNew() {
        try {
            return connector.hasNewCredentials();
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.warn("No look at the credentials", e);
            return false;
        }
    }
}
