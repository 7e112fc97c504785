package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.WaitTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** Admits callers to the wait queue, offers connections to them, and ends the waits that have timed out. */
final class WaitCoordinator {

    /** How often the queue is searched for waiters that have timed out. */
    private static final Duration EXPIRY_INTERVAL = Duration.ofMillis(20);

    private final String name;
    private final WakeGate gate;
    private final QueueLimits limits;
    private final Listeners<PoolListener> listeners;
    private final PoolState state;
    private final ReentrantLock lock;
    private final WaitQueue queue;
    private final RequestedConnections requested;

    /** How often waits have timed out since the listeners were told. */
    private final AtomicInteger untold = new AtomicInteger();

    private boolean expiryScheduled;

    WaitCoordinator(
            String name,
            WakeGate gate,
            QueueLimits limits,
            Listeners<PoolListener> listeners,
            PoolState state,
            RequestedConnections requested) {
        this.name = name;
        this.gate = gate;
        this.limits = limits;
        this.listeners = listeners;
        this.state = state;
        this.lock = state.lock();
        this.queue = state.queue();
        this.requested = requested;
    }

    /** Returns the time after which the calling thread may retry, if it is rejected. Called with the lock held. */
    Optional<Duration> checkAdmission() {
        return queue.checkAdmission(Deadline.current()
                .map(Deadline::remaining)
                .filter(left -> left.compareTo(limits.maxWait()) < 0)
                .orElse(limits.maxWait()));
    }

    /**
     * Adds the calling thread to the queue. Called with the lock held.
     *
     * @param mayWake whether it may wait for a compute to wake
     */
    Waiter join(boolean mayWake) {
        if (queue.isEmpty()) {
            requested.onQueueStarted();
            state.traffic().onQueueStarted();
        }
        Waiter waiter = new Waiter(this, mayWake, limits.maxWait());
        queue.add(waiter);
        scheduleExpiry();
        return waiter;
    }

    /** Gives a connection to the first waiter, or else to the idle ones. Called with the lock held. */
    void offer(PooledConnection connection) {
        Waiter first = queue.poll();
        if (first == null) {
            state.bag().addIdle(connection);
        } else {
            state.bag().markBorrowed(connection);
            requested.onServed();
            first.complete(connection);
        }
    }

    /**
     * Blocks until a waiter has a connection, and tells the listeners how long it has waited. Called by its thread.
     *
     * @throws SQLException if the wait has failed or timed out
     */
    PooledConnection await(Waiter waiter) throws SQLException {
        Optional<PooledConnection> connection = Optional.empty();
        try {
            connection = Optional.of(waiter.await());
            return connection.get();
        } finally {
            WaitTime waited = waiter.end(connection);
            listeners.forEach(listener -> listener.onWaitEnded(waited));
        }
    }

    /** Counts a rejection, and returns the exception for its caller. */
    SQLException rejected(Duration retryAfter) {
        PoolStatistics now;
        lock.lock();
        try {
            state.counters().rejected();
            state.traffic().onWaitFailed();
            now = state.statistics();
        } finally {
            lock.unlock();
        }
        listeners.forEach(PoolListener::onWaitFailed);
        Optional<OpeningFailedException> failure = gate.lastFailure();
        if (failure.isPresent() && gate.shouldFailWaiters()) {
            return failure.get();
        }
        String what = now.waiting() >= limits.maxWaiters()
                ? "wait queue full (limit " + limits.maxWaiters() + ")"
                : "no connection is expected within the remaining time";
        return PoolExhaustedException.rejected(name, what, retryAfter, now);
    }

    /** Returns the exception for a wait that has timed out. If no connection is open, the pool is not exhausted. */
    SQLException timedOut(Duration waited) {
        PoolStatistics now = state.statistics();
        Optional<OpeningFailedException> failure = gate.lastFailure();
        if (failure.isPresent() && (now.active() == 0 || gate.shouldFailWaiters())) {
            return failure.get();
        }
        if (now.size() == 0) {
            return PoolExhaustedException.stillOpening(name, gate.isWaking(), waited, now);
        }
        PoolExhaustedException timeout = PoolExhaustedException.timedOut(name, waited, now);
        failure.ifPresent(timeout::initCause);
        return timeout;
    }

    /** Removes a waiter that gives up; returns false if its wait has already ended. */
    boolean leave(Waiter waiter) {
        List<RequestedConnections.PendingOpening> surplus;
        lock.lock();
        try {
            if (!queue.remove(waiter)) {
                return false;
            }
            countTimedOut(1);
            surplus = requested.surplus();
        } finally {
            lock.unlock();
        }
        surplus.forEach(RequestedConnections.PendingOpening::cancel);
        listeners.forEach(PoolListener::onWaitFailed);
        return true;
    }

    private void scheduleExpiry() {
        if (!expiryScheduled && !queue.isEmpty()) {
            expiryScheduled = true;
            Timer.after(EXPIRY_INTERVAL, this::expire);
        }
    }

    /** Ends the waits that have timed out. */
    void expire() {
        List<Waiter> expired;
        List<RequestedConnections.PendingOpening> surplus;
        lock.lock();
        try {
            expiryScheduled = false;
            expired = queue.removeExpired();
            countTimedOut(expired.size());
            surplus = requested.surplus();
            scheduleExpiry();
        } finally {
            lock.unlock();
        }
        surplus.forEach(RequestedConnections.PendingOpening::cancel);
        expired.forEach(Waiter::expire);
        if (!expired.isEmpty()
                && !listeners.isEmpty()
                && untold.getAndIncrement() == 0) { // on one other thread, because a listener may log
            Timer.afterOnOwnThread(Duration.ZERO, this::tellOfFailures);
        }
    }

    private void tellOfFailures() {
        int told;
        do {
            told = untold.get();
            listeners.forEach(PoolListener::onWaitFailed);
        } while (!untold.compareAndSet(told, 0));
    }

    private void countTimedOut(int callers) {
        state.counters().timedOut(callers);
        if (callers > 0 && !state.bag().isEmpty()) {
            state.traffic().onWaitFailed();
        }
    }

    boolean isHoldingLogin() {
        return gate.isHoldingLogin();
    }

    /** Returns when the first connection was opened after there had been none. */
    long firstOpenedNanos() {
        return state.traffic().firstOpenedNanos();
    }
}
