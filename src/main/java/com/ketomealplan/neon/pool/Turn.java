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

    private final ConnectionPool pool;
    private final boolean mayWake;
    private final Optional<Deadline> deadline = Deadline.current();
    private final long begunNanos = System.nanoTime();
    private final CompletableFuture<PooledConnection> call = new CompletableFuture<>();

    /**
     * @param mayWake whether the compute may have been asleep as he came
     */
    Turn(ConnectionPool pool, boolean mayWake) {
        this.pool = pool;
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

    /**
     * How long it has been.
     *
     * @param connection what came of it, if anything
     */
    Wait waited(Optional<PooledConnection> connection) {
        long now = System.nanoTime();
        long wokenNanos = pool.hasOpenedSince(begunNanos) ? pool.firstOpenedNanos() : now;
        return new Wait(
                Duration.ofNanos(now - begunNanos),
                mayWake ? Duration.ofNanos(wokenNanos - begunNanos) : Duration.ZERO,
                connection.flatMap(PooledConnection::firstUse));
    }

    /**
     * Waits to be called: until the deadline, and for {@code longestWait} at most. While the compute wakes, its time is on
     * top of the deadline.
     *
     * @throws SQLException if there was nothing for him, or his time is over
     */
    PooledConnection await(Duration longestWait) throws SQLException {
        long lookedNanos = begunNanos;
        while (true) {
            boolean asleep = mayWake && !pool.hasOpenedSince(begunNanos);
            boolean waking = asleep && pool.isWaking();
            Duration waited = Duration.ofNanos(lookedNanos - begunNanos);
            Duration left = left(longestWait, waking, waited);
            boolean last = !asleep || left.compareTo(WAKE_LOOK) <= 0;
            try {
                return call.get((last ? left : WAKE_LOOK).toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (last) {
                    return unlessCalled(() -> pool.timedOut(waited.plus(left)));
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
        if (pool.leaves(this)) {
            throw otherwise.get();
        }
        try {
            return call.join();
        } catch (CompletionException e) {
            throw reasonOf(e);
        }
    }

    private static SQLException reasonOf(Exception failedCall) {
        return failedCall.getCause() instanceof SQLException reason ? reason : new SQLException(failedCall.getCause());
    }
}
