package com.ketomealplan.neon.connect;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * One attempt to open a connection. When a phase takes longer than its timeout, the socket is closed under the driver, the only way
 * to end a blocked read or connect (a look-up of the host's address goes on to its end). pgjdbc's settings do not do it:
 * {@code connectTimeout} covers TCP and TLS only, {@code socketTimeout} each single read, and {@code loginTimeout} leaves the attempt
 * running.
 */
final class TimedAttempt {

    private static final ThreadLocal<TimedAttempt> CURRENT = new ThreadLocal<>();

    /** The phase that took too long, and its timeout. */
    record Overrun(Phase phase, Duration timeout) {}

    private final PhaseTimeouts timeouts;
    private final Duration total;
    private final Consumer<Phase> onPhase;
    private final Optional<ScramKeyCache> scramKeys;
    private Phase phase = Phase.TCP;
    private PhaseSocket socket;
    private long socketNanos;
    private Future<?> timeout;
    private Overrun overrun;
    private boolean ended;

    /**
     * @param total the timeout of all phases together, for each host: as libpq's {@code connect_timeout}, which "applies separately to each
     *     host name or IP address"
     * @param onPhase is called at the start of each phase; must not block
     * @param scramKeys the cache of its connector
     */
    TimedAttempt(PhaseTimeouts timeouts, Duration total, Consumer<Phase> onPhase, Optional<ScramKeyCache> scramKeys) {
        this.timeouts = timeouts;
        this.total = total;
        this.onPhase = onPhase;
        this.scramKeys = scramKeys;
    }

    Optional<ScramKeyCache> scramKeys() {
        return scramKeys;
    }

    /** Returns the attempt of this thread: pgjdbc creates its socket factory itself, on the thread that connects. */
    static Optional<TimedAttempt> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Binds the attempt to this thread. To be followed by {@link #end()} on the same thread. */
    void begin() {
        CURRENT.set(this);
    }

    void end() {
        CURRENT.remove();
        synchronized (this) {
            ended = true;
            cancelTimeout();
        }
    }

    /** Creates the next socket of this attempt: pgjdbc uses one for each host and each fallback. */
    synchronized Socket newSocket() {
        socket = new PhaseSocket(this);
        socketNanos = System.nanoTime();
        overrun = null; // of the host before it
        phase = Phase.TCP;
        onPhase.accept(phase);
        startTimeout();
        return socket;
    }

    synchronized void enter(Phase next) {
        if (phase != next && !ended) {
            phase = next;
            onPhase.accept(next);
            startTimeout();
        }
    }

    private void startTimeout() {
        cancelTimeout();
        Phase watched = phase;
        Socket closed = socket;
        Duration left = total.minusNanos(System.nanoTime() - socketNanos);
        boolean wholeEndsFirst = left.compareTo(timeouts.of(watched)) < 0;
        Overrun possible = new Overrun(watched, wholeEndsFirst ? total : timeouts.of(watched));
        timeout = Timer.after(wholeEndsFirst ? left : timeouts.of(watched), () -> overrun(possible, closed));
    }

    private void cancelTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    private synchronized void overrun(Overrun possible, Socket closed) {
        if (ended || phase != possible.phase() || socket != closed) {
            return;
        }
        overrun = possible;
        try {
            closed.close();
        } catch (IOException e) {
            // it is abandoned
        }
    }

    /** Returns whether it has ended, with or without a connection. */
    synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns the phase that took too long, if one did. */
    synchronized Optional<Overrun> overrun() {
        return Optional.ofNullable(overrun);
    }

    synchronized PhaseSocket socket() {
        return socket;
    }
}
