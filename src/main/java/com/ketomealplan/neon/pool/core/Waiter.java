package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.WaitTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A caller in the wait queue: its thread blocks here until it gets a connection, is rejected, or times out. */
final class Waiter {

    /** How often a waiter polls whether the compute has woken. */
    private static final Duration WAKE_POLL_INTERVAL = Duration.ofMillis(50);

    private final WaitCoordinator waits;
    private final boolean mayWake;
    private final Duration maxWait;
    private final Optional<Deadline> deadline = Deadline.current();
    private final long begunNanos = System.nanoTime();
    private final CompletableFuture<PooledConnection> result = new CompletableFuture<>();
    private WaitTime waited = WaitTime.NONE;

    /**
     * @param mayWake whether the compute may have been asleep when the caller came
     * @param maxWait how long it waits at most, unless its deadline is sooner
     */
    Waiter(WaitCoordinator waits, boolean mayWake, Duration maxWait) {
        this.waits = waits;
        this.maxWait = maxWait;
        this.mayWake = mayWake;
    }

    /** Ends the wait with a connection. Called by the thread that has removed it from the queue. */
    void complete(PooledConnection connection) {
        result.complete(connection);
    }

    /** Ends the wait with an exception. Called by the thread that has removed it from the queue. */
    void fail(SQLException reason) {
        result.completeExceptionally(reason);
    }

    /** Returns whether the wait has timed out; false for one that may wait for a wake, which checks its time itself. */
    boolean isExpired() {
        return !mayWake && remaining(maxWait, false, elapsed()).compareTo(Duration.ZERO) <= 0;
    }

    /** Ends the wait, because it has timed out. Called by the thread that has removed it from the queue. */
    void expire() {
        result.complete(null);
    }

    /** Returns whether a first connection was opened since the caller came. */
    private boolean hasOpened() {
        return waits.firstOpenedNanos() - begunNanos >= 0;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    /** Returns how long the caller has waited. Called by its thread, after {@link #end}. */
    WaitTime waited() {
        return waited;
    }

    /**
     * Takes the time, once.
     *
     * @param connection the connection that the caller got, if any
     */
    WaitTime end(Optional<PooledConnection> connection) {
        long now = System.nanoTime();
        long wokenNanos = hasOpened() ? waits.firstOpenedNanos() : now;
        waited = new WaitTime(
                Duration.ofNanos(now - begunNanos),
                mayWake ? Duration.ofNanos(wokenNanos - begunNanos) : Duration.ZERO,
                connection.flatMap(PooledConnection::takeOpeningTimes));
        return waited;
    }

    /**
     * Blocks until there is a connection: until the deadline, and for the max wait at most. The time of a wake is added to the deadline.
     *
     * @throws SQLException if the wait has failed or timed out
     */
    PooledConnection await() throws SQLException {
        return mayWake ? awaitWake() : awaitResult();
    }

    /** Blocks without a timeout: {@link WaitCoordinator#expire} ends all that have timed out, which costs less than a timer for each. */
    private PooledConnection awaitResult() throws SQLException {
        try {
            PooledConnection connection = result.get();
            if (connection == null) {
                Duration waited = elapsed(); // may be longer by the expiry interval
                throw waits.timedOut(waited.compareTo(maxWait) < 0 ? waited : maxWait);
            }
            return connection;
        } catch (InterruptedException e) {
            return interrupted(e);
        } catch (ExecutionException e) {
            throw reasonOf(e);
        }
    }

    private PooledConnection awaitWake() throws SQLException {
        long polledNanos = begunNanos;
        while (true) {
            boolean asleep = mayWake && !hasOpened();
            boolean waking = asleep && waits.isHoldingLogin();
            Duration waited = Duration.ofNanos(polledNanos - begunNanos);
            Duration left = remaining(maxWait, waking, waited);
            boolean last = !asleep || left.compareTo(WAKE_POLL_INTERVAL) <= 0;
            try {
                return result.get((last ? left : WAKE_POLL_INTERVAL).toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (last) {
                    return unlessCompleted(() -> waits.timedOut(waited.plus(left)));
                }
            } catch (InterruptedException e) {
                return interrupted(e);
            } catch (ExecutionException e) {
                throw reasonOf(e);
            } finally {
                long now = System.nanoTime();
                if (waking && deadline.isPresent()) {
                    deadline.get().extendForWake(now - polledNanos);
                }
                polledNanos = now;
            }
        }
    }

    private Duration remaining(Duration maxWait, boolean waking, Duration waited) {
        Duration longest = maxWait.minus(waited);
        return deadline.map(running ->
                        waking ? running.remaining().plus(running.remainingWakeBudget()) : running.remaining())
                .filter(left -> left.compareTo(longest) < 0)
                .orElse(longest);
    }

    private PooledConnection interrupted(InterruptedException e) throws SQLException {
        Thread.currentThread().interrupt();
        return unlessCompleted(() -> new SQLException("interrupted while waiting for a connection", e));
    }

    /** Leaves the queue and throws, unless the wait was completed meanwhile. */
    private PooledConnection unlessCompleted(Supplier<SQLException> otherwise) throws SQLException {
        if (waits.leave(this)) {
            throw otherwise.get();
        }
        try {
            PooledConnection connection = result.join();
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
