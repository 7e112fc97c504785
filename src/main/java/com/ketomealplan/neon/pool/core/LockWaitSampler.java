package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.gate.ConnectionReceiver;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.OpeningRequest;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.CancelTimeout;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.locks.LockWait;
import com.ketomealplan.neon.locks.LockWaitQuery;
import com.ketomealplan.neon.locks.LockWaits;
import com.ketomealplan.neon.pool.EvictionReason;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the sessions that block a pool's statements, for all statements at once. The query runs on an idle connection, on one that is about
 * to be closed, or, while the pool has room, on one that is opened for it. It never joins the wait queue, and runs at most every
 * {@link #PAUSE}, and only while a caller waits for a statement. Thread-safe.
 */
final class LockWaitSampler {

    private static final Logger LOG = LoggerFactory.getLogger(LockWaitSampler.class);

    /** The time between two queries, however many statements miss their deadline. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    /** A statement that has waited for less is no reason for a query on another one's connection. */
    private static final Duration MIN_WAIT = Duration.ofMillis(250);

    /** A statement that has run for less is no reason for a query on behalf of an operator. */
    private static final Duration MIN_RUNTIME = Duration.ofSeconds(1);

    /** How long an operator waits for a connection to be opened and its answer; no statement waits for that. */
    private static final Duration VIEW_TIMEOUT = Duration.ofSeconds(1);

    /** How long a result is shown. */
    private static final Duration RESULT_TTL = PAUSE.multipliedBy(2);

    /**
     * What the server has said.
     *
     * @param ours the sessions that this process was then using
     */
    private record Answer(LockWaits waits, Set<Integer> ours, long nanos) {
        private static final Answer NONE = new Answer(LockWaits.NONE, Set.of(), 0);
    }

    private final ConnectionPool pool;
    private final WakeGate gate;
    private final PoolState state;
    private volatile Answer known = Answer.NONE;
    /** The query that was started last. */
    private volatile CompletableFuture<Void> lastQuery = CompletableFuture.completedFuture(null);

    private final AtomicBoolean opening = new AtomicBoolean();
    private final AtomicLong viewedNanos = new AtomicLong(System.nanoTime() - PAUSE.toNanos());
    private final AtomicLong queriedNanos = new AtomicLong(System.nanoTime() - PAUSE.toNanos());

    LockWaitSampler(ConnectionPool pool, WakeGate gate, PoolState state) {
        this.pool = pool;
        this.gate = gate;
        this.state = state;
    }

    /**
     * Queries the blockers of a statement that is about to be cancelled, or waits for the query that another one has started: its result
     * is for all. Blocks for {@link CancelTimeout} at most. Does not throw.
     *
     * @param cancelled its connection, by which the time that an opening takes is estimated
     */
    void queryBeforeCancel(PhysicalConnection cancelled) {
        long begunNanos = System.nanoTime();
        Duration atMost = CancelTimeout.of(cancelled);
        if (!queryOnIdle()) {
            queryIfThereIsRoom(atMost);
        }
        awaitQuery(atMost.minusNanos(System.nanoTime() - begunNanos));
    }

    private void awaitQuery(Duration atMost) {
        try {
            lastQuery.get(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("Lock waits unknown: the query was not answered in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** On a connection that is opened for it. */
    private void queryIfThereIsRoom(Duration atMost) {
        if (isDue() && state.hasRoom() && opening.compareAndSet(false, true)) {
            try {
                queryOnOwn(atMost);
            } finally {
                opening.set(false);
            }
        }
    }

    /** Returns whether there was an idle connection to query on. */
    private boolean queryOnIdle() {
        if (!isDue()) {
            return false;
        }
        try {
            PooledConnection idle = pool.takeIdle();
            if (idle == null) {
                return false;
            }
            boolean kept = false;
            try {
                kept = !claim() || query(idle.physical(), CancelTimeout.of(idle.physical()));
            } finally {
                pool.returnUnused(idle, kept ? Optional.empty() : Optional.of(EvictionReason.LOST));
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Lock waits unknown: query failed", e);
        }
        return true;
    }

    private OpeningRequest request(CompletableFuture<PhysicalConnection> opened) {
        return gate.request(new ConnectionReceiver() {
            @Override
            public void onOpened(PhysicalConnection connection) {
                if (!opened.complete(connection)) { // it came too late
                    gate.close(connection);
                }
            }

            @Override
            public void onFailed(OpeningFailedException reason) {
                opened.completeExceptionally(reason);
            }
        });
    }

    /** Queries on a connection of its own. If none can be opened in time, the next caller may try again at once. */
    private void queryOnOwn(Duration atMost) {
        long begunNanos = System.nanoTime();
        CompletableFuture<PhysicalConnection> opened = new CompletableFuture<>();
        OpeningRequest request = request(opened);
        PhysicalConnection own;
        try {
            own = opened.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            request.cancel();
            if (!opened.cancel(false) && !opened.isCompletedExceptionally()) {
                gate.close(opened.join());
            }
            LOG.debug("Lock waits unknown: no connection was opened in time", e);
            return;
        }
        try {
            Duration left = atMost.minusNanos(System.nanoTime() - begunNanos);
            if (!left.isNegative() && claim()) {
                query(own, left);
            }
        } catch (RuntimeException e) {
            LOG.debug("Lock waits unknown: query failed", e);
        } finally {
            gate.close(own);
        }
    }

    /**
     * Returns the lock waits, as far as is known; queries if a statement has run for long. While one does, the server is awake, and a
     * connection may be opened to ask if none is idle; but not where the last one could not be opened. Blocks for {@link #VIEW_TIMEOUT}
     * at most, and does not throw.
     */
    LockWaits now() {
        if (!hasWaiter(MIN_RUNTIME)) {
            return LockWaits.NONE;
        }
        if (isDue() && !queryOnIdle() && gate.lastFailure().isEmpty() && isOver(viewedNanos)) {
            queryIfThereIsRoom(VIEW_TIMEOUT);
        }
        Answer answer = known;
        long ageNanos = System.nanoTime() - answer.nanos();
        if (answer.waits().all().isEmpty() || ageNanos >= RESULT_TTL.toNanos()) {
            return LockWaits.NONE;
        }
        Set<Integer> still = sessions(one -> one.waitsLongerThan(Duration.ofNanos(ageNanos)));
        return answer.waits()
                .filter(wait -> still.contains(wait.pid()) || !answer.ours().contains(wait.pid()));
    }

    private Set<Integer> sessions(Predicate<PooledConnection> which) {
        return state.active().stream()
                .filter(which)
                .map(one -> one.physical().backendId())
                .collect(Collectors.toSet());
    }

    /**
     * Queries on a connection whose own statement was cancelled, and then ends it, on a thread of its own. Where all connections
     * wait for the same lock, none is idle.
     *
     * @return whether it will; otherwise the connection is left as it is
     */
    boolean queryOnCancelled(PooledConnection cancelled, Runnable end) {
        PhysicalConnection physical = cancelled.physical();
        boolean usable = physical.isOpen() && !physical.isInTransaction();
        if (!isDue() || !usable || !hasWaiter(MIN_WAIT) || !claim()) {
            return false;
        }
        Thread thread = new Thread(
                () -> {
                    try {
                        physical.jdbc().setAutoCommit(true); // sends nothing
                        query(physical, CancelTimeout.of(physical));
                    } catch (SQLException | RuntimeException e) {
                        LOG.debug("Lock waits unknown: query failed", e);
                    } finally {
                        end.run();
                    }
                },
                "database-locks");
        thread.setDaemon(true);
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) { // there is no thread for it
            return false;
        }
    }

    private boolean isDue() {
        return System.nanoTime() - queriedNanos.get() >= PAUSE.toNanos();
    }

    /** Returns whether this thread is the one to query now. */
    private boolean claim() {
        return isOver(queriedNanos);
    }

    /** Whether the pause since then is over; if so, the next one begins. */
    private static boolean isOver(AtomicLong sinceNanos) {
        long now = System.nanoTime();
        long last = sinceNanos.get();
        return now - last >= PAUSE.toNanos() && sinceNanos.compareAndSet(last, now);
    }

    private boolean hasWaiter(Duration longer) {
        return state.active().stream().anyMatch(one -> one.waitsLongerThan(longer));
    }

    /** Returns whether the connection may be used again. */
    private boolean query(PhysicalConnection connection, Duration atMost) {
        CompletableFuture<Void> own = new CompletableFuture<>();
        lastQuery = own;
        Future<?> end = Timer.after(atMost, connection::closeSocket); // if the network drops packets
        try {
            Set<Integer> ours = sessions(any -> true);
            LockWaits waits = LockWaitQuery.execute(connection.jdbc());
            known = new Answer(waits, ours, System.nanoTime());
            assign(waits, state.active());
            return end.cancel(false);
        } catch (SQLException e) {
            known = Answer.NONE;
            LOG.debug("Lock waits unknown: the server refused the query", e);
            return end.cancel(false) && connection.isOpen();
        } finally {
            own.complete(null);
        }
    }

    private static void assign(LockWaits waits, List<PooledConnection> active) {
        active.stream()
                .filter(connection -> connection.physical().awaitsServer())
                .forEach(connection -> connection.lease().ifPresent(lease -> find(waits, connection, lease)
                        .ifPresent(lease::setLockWait)));
    }

    private static Optional<LockWait> find(LockWaits waits, PooledConnection connection, Lease lease) {
        return waits.find(connection.physical().backendId(), lease.statement());
    }
}
