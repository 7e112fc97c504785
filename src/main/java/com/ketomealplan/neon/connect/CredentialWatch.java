package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Looks, after the server has refused a log-in, whether there is anything else to present by now. It reads files and asks no server.
 * Thread-safe.
 */
final class CredentialWatch {

    /** So often. */
    static final Duration LOOK = Duration.ofMillis(100);

    private final Connector connector;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor executor;
    private final Predicate<Boolean> seen;
    private boolean watching;
    /** Whether it was begun while a look was under way, which may have come too early. */
    private boolean begunAgain;

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

    /** Looks again and again from now on, if it does not yet. Does not block. */
    synchronized void begin() {
        begunAgain = watching;
        if (!watching) {
            watching = true;
            scheduleLook();
        }
    }

    private void scheduleLook() {
        timer.apply(LOOK, () -> executor.execute(this::look));
    }

    private void look() {
        synchronized (this) {
            begunAgain = false;
        }
        boolean again = false;
        try {
            again = seen.test(connector.hasNewCredentials());
        } finally {
            synchronized (this) {
                watching = again || begunAgain;
                if (watching) {
                    scheduleLook();
                }
            }
        }
    }
}
