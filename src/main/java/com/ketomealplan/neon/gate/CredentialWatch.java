package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.Connector;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks, after the server has refused a log-in, whether the credentials have changed. Reads files and sends nothing. Thread-safe.
 */
final class CredentialWatch {

    private static final Logger LOG = LoggerFactory.getLogger(CredentialWatch.class);

    /** The time between two checks. */
    static final Duration INTERVAL = Duration.ofMillis(100);

    /** The time between two checks after a while. */
    static final Duration SLOW_INTERVAL = Duration.ofSeconds(2);

    private final Connector connector;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor executor;
    private final Function<Boolean, Optional<Duration>> onChecked;
    private boolean watching;
    private int started;

    /**
     * @param executor runs what may block
     * @param onChecked is called with the result, and returns when to check again; empty to stop
     */
    CredentialWatch(
            Connector connector,
            BiFunction<Duration, Runnable, Future<?>> timer,
            Executor executor,
            Function<Boolean, Optional<Duration>> onChecked) {
        this.connector = connector;
        this.timer = timer;
        this.executor = executor;
        this.onChecked = onChecked;
    }

    /** Starts the checks, unless they run. Does not block. */
    synchronized void start() {
        started++;
        if (!watching) {
            watching = true;
            scheduleCheck(INTERVAL);
        }
    }

    private void scheduleCheck(Duration time) {
        timer.apply(time, () -> {
            try {
                executor.execute(this::check);
            } catch (RuntimeException | OutOfMemoryError e) { // no thread could be started
                scheduleCheck(time);
            }
        });
    }

    private void check() {
        int before;
        synchronized (this) {
            before = started;
        }
        Optional<Duration> next = Optional.of(SLOW_INTERVAL); // if this one fails
        try {
            next = onChecked.apply(hasNew());
        } finally {
            synchronized (this) {
                if (started != before) {
                    next = Optional.of(INTERVAL); // started again meanwhile
                }
                watching = next.isPresent();
                next.ifPresent(this::scheduleCheck);
            }
        }
    }

    private boolean hasNew() {
        try {
            return connector.hasNewCredentials();
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.warn("Credentials could not be checked", e);
            return false;
        }
    }
}
