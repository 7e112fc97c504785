package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.lease.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One caller in line: his thread waits here until he is called, or until his time is over. */
final class Turn {

    /** So often those who wait for a wake look whether it is over. */
    private static final Duration WAKE_LOOK = Duration.ofMillis(50);

    private final Waiters waiters;
    private final boolean mayWake;
    private final Duration longestWait;
    private final Optional<Deadline> deadline = Deadline.current();
    private final long begunNanos = System.nanoTime();
    private final CompletableFuture<PooledConnection> call = new CompletableFuture<>();

    /**
     * @param mayWake whether the compute may have been asleep as he came
     * @param longestWait how long he waits at most, unless his deadline is sooner
     */
    Turn(Waiters waiters, boolean mayWake, Duration longestWait) {
        this.waiters = waiters;
        this.longestWait = longestWait;
        this.mayWake = mayWake;
    }

    /** By whoever has taken him out of the line. */
    void call(PooledConnection connection) {
        call.complete(connection);
    }

    /** The same, with nothing to give. */
    void sendAway(SQLException reason) {
        call.completeExceptionally(reason);
    }

    /** Whether his time is over and somebody has to tell him: while a compute may wake he looks at the time himself. */
    boolean isOver() {
        return !mayWake && left(longestWait, false, elapsed()).compareTo(Duration.ZERO) <= 0;
    }

    /** The same, because his time is over. By whoever has taken him out of the line. */
    void expire() {
        call.complete(null);
    }

    /** Whether a connection was opened since he came, where there had been none. */
    private boolean hasOpened() {
        return waiters.firstOpenedNanos() - begunNanos >= 0;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    /**
     * How long it has been.
     *
     * @param connection what came of it, if anything
     */
    Wait waited(Optional<PooledConnection> connection) {
        long now = System.nanoTime();
        long wokenNanos = hasOpened() ? waiters.firstOpenedNanos() : now;
        return new Wait(
                Duration.ofNanos(now - begunNanos),
                mayWake ? Duration.ofNanos(wokenNanos - begunNanos) : Duration.ZERO,
                connection.flatMap(PooledConnection::firstUse));
    }

    /**
     * Waits to be called: until the deadline, and for his longest wait at most. While the compute wakes, its time is on
     * top of the deadline.
     *
     * @throws SQLException if there was nothing for him, or his time is over
     */
    PooledConnection await() throws SQLException {
        return mayWake ? awaitWake() : awaitCall();
    }

    /** Without a time of its own: a thousand timers for a thousand callers would cost more than one look at all of them. */
    private PooledConnection awaitCall() throws SQLException {
        try {
            PooledConnection connection = call.get();
            if (connection == null) {
                Duration waited = elapsed(); // a moment longer than it might, because all are looked at together
                throw waiters.timedOut(waited.compareTo(longestWait) < 0 ? waited : longestWait);
            }
            return connection;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unlessCalled(() -> new SQLException("interrupted while waiting for a connection", e));
        } catch (ExecutionException e) {
            throw reasonOf(e);
        }
    }

    private PooledConnection awaitWake() throws SQLException {
        long lookedNanos = begunNanos;
        while (true) {
            boolean asleep = mayWake && !hasOpened();
            boolean waking = asleep && waiters.isHoldingLogin();
            Duration waited = Duration.ofNanos(lookedNanos - begunNanos);
            Duration left = left(longestWait, waking, waited);
            boolean last = !asleep || left.compareTo(WAKE_LOOK) <= 0;
            try {
                return call.get((last ? left : WAKE_LOOK).toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (last) {
                    return unlessCalled(() -> waiters.timedOut(waited.plus(left)));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return unlessCalled(() -> new SQLException("interrupted while waiting for a connection", e));
            } catch (ExecutionException e) {
                throw reasonOf(e);
            } finally {
                long now = System.nanoTime();
                if (waking && deadline.isPresent()) {
                    deadline.get().woke(now - lookedNanos);
                }
                lookedNanos = now;
            }
        }
    }

    private Duration left(Duration longestWait, boolean waking, Duration waited) {
        Duration longest = longestWait.minus(waited);
        return deadline.map(running -> waking ? running.left().plus(running.wakeLeft()) : running.left())
                .filter(left -> left.compareTo(longest) < 0)
                .orElse(longest);
    }

    /** He leaves the line, unless he was called just as his time ended. */
    private PooledConnection unlessCalled(Supplier<SQLException> otherwise) throws SQLException {
        if (waiters.leaves(this)) {
            throw otherwise.get();
        }
        try {
            PooledConnection connection = call.join();
            if (connection == null) {
                throw otherwise.get();
            }
            return connection;
        } catch (CompletionException e) {
            throw reasonOf(e);
        }
    }

    private static SQLException reasonOf(Exception failedCall) {
        return failedCall.getCause() instanceof SQLException reason ? reason : new SQLException(failedCall.getCause());
    }
}
