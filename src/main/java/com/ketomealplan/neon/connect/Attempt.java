package com.ketomealplan.neon.connect;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Opening one connection, watched: when a phase takes longer than its budget, the socket is closed under the driver, which
 * is the only way to end a blocked read or connect. pgjdbc's own settings do not do it: {@code connectTimeout} covers TCP
 * and TLS only, {@code socketTimeout} each single read, and {@code loginTimeout} leaves the attempt running (facts in its
 * Driver and PGStream).
 */
final class Attempt {

    private static final ThreadLocal<Attempt> CURRENT = new ThreadLocal<>();

    /** Why an attempt was ended: a phase, and the time that was too short for it. */
    record Overrun(Phase phase, Duration budget) {}

    private final PhaseBudgets budgets;
    private final Duration whole;
    private final Consumer<Phase> entered;
    private final long begun = System.nanoTime();
    private Phase phase = Phase.TCP;
    private PhaseSocket socket;
    private Future<?> watch;
    private Overrun overrun;
    private boolean over;

    /**
     * @param whole a bound on all phases together
     * @param entered is told of each phase as it begins; must not block
     */
    Attempt(PhaseBudgets budgets, Duration whole, Consumer<Phase> entered) {
        this.budgets = budgets;
        this.whole = whole;
        this.entered = entered;
    }

    /** The attempt of this thread: pgjdbc creates its socket factory itself, on the thread that connects. */
    static Optional<Attempt> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** To be followed by {@link #end()}, once or more, on the same thread. */
    void begin() {
        CURRENT.set(this);
    }

    void end() {
        CURRENT.remove();
        synchronized (this) {
            over = true;
            stopWatch();
        }
    }

    /** The next socket of this attempt: pgjdbc uses another one for each host, and for what it falls back to. */
    synchronized Socket newSocket() {
        socket = new PhaseSocket(this);
        phase = Phase.TCP;
        entered.accept(phase);
        watch();
        return socket;
    }

    synchronized void enter(Phase next) {
        if (phase != next && !over) {
            phase = next;
            entered.accept(next);
            watch();
        }
    }

    private void watch() {
        stopWatch();
        Phase watched = phase;
        Socket closed = socket;
        Duration left = whole.minusNanos(System.nanoTime() - begun);
        boolean wholeEndsFirst = left.compareTo(budgets.of(watched)) < 0;
        Overrun possible = new Overrun(watched, wholeEndsFirst ? whole : budgets.of(watched));
        watch = Timer.after(wholeEndsFirst ? left : budgets.of(watched), () -> overrun(possible, closed));
    }

    private void stopWatch() {
        if (watch != null) {
            watch.cancel(false);
        }
    }

    private synchronized void overrun(Overrun possible, Socket closed) {
        if (over || phase != possible.phase() || socket != closed) {
            return;
        }
        overrun = possible;
        try {
            closed.close();
        } catch (IOException e) {
            // it is being given up
        }
    }

    /** Whether it has ended, whether or not there is a connection. */
    synchronized boolean isOver() {
        return over;
    }

    /** Which phase took too long, if one did. */
    synchronized Optional<Overrun> overrun() {
        return Optional.ofNullable(overrun);
    }

    synchronized PhaseSocket socket() {
        return socket;
    }
}
