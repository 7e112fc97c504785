package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.LeakDetector;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.lease.LeaseWatch;
import com.ketomealplan.neon.locks.LockWaits;
import com.ketomealplan.neon.pool.ConnectionReport;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.TrafficSnapshot;
import com.ketomealplan.neon.pool.WaitTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The pool of both strategies, which differ by their {@link Retention}. A caller that finds no idle connection waits in the queue
 * for whichever comes first: a connection that is returned, or one that the {@link WakeGate} opens. The pool opens nothing at start or to
 * fill up, and sends nothing on an idle connection; only {@link LockWaitSampler} does, while a statement waits.
 */
public final class ConnectionPool implements Pool {

    private final String name;
    private final WakeGate gate;
    private final Retention retention;
    private final LeaseWatch watch;
    private final Duration maxLease;
    private final PoolState state;
    private final ReentrantLock lock;
    private final ConnectionBag bag;
    private final RequestedConnections requested;
    private final WaitCoordinator waits;
    private final Evictor evictor;
    private final ConnectionValidator validator;
    private final GenerationEvictor generationEvictor;
    private final LockWaitSampler locks;
    private final IdleCheck idleCheck;
    private final Listeners<PoolListener> listeners = new Listeners<>();

    /**
     * @param name begins every message of the pool
     * @param limits the limits of the wait queue
     * @param idleInTransactionTimeout how long a borrower may leave a transaction idle; then the connection is closed
     * @param maxLease how long a borrower without a {@link Deadline} may have a connection; then it is closed
     */
    public ConnectionPool(
            String name,
            WakeGate gate,
            Retention retention,
            QueueLimits limits,
            Duration idleInTransactionTimeout,
            Duration maxLease) {
        this(name, gate, retention, limits, idleInTransactionTimeout, maxLease, new ReentrantLock());
    }

    ConnectionPool(
            String name,
            WakeGate gate,
            Retention retention,
            QueueLimits limits,
            Duration idleInTransactionTimeout,
            Duration maxLease,
            ReentrantLock lock) {
        this.lock = lock;
        this.name = name;
        this.gate = gate;
        this.retention = retention;
        this.maxLease = maxLease;
        this.evictor = new Evictor(name, gate, retention, listeners);
        this.state = new PoolState(lock, retention, limits, evictor);
        this.watch = new LeaseWatch(idleInTransactionTimeout, state::leases);
        this.bag = state.bag();
        this.validator = new ConnectionValidator(evictor, state.generations(), listeners);
        this.generationEvictor = new GenerationEvictor(name, gate, state, evictor);
        this.locks = new LockWaitSampler(this, gate, state);
        this.idleCheck = new IdleCheck(this, state, validator);
        this.requested = new RequestedConnections(this, gate, retention, state);
        this.waits = new WaitCoordinator(name, gate, limits, listeners, state, requested);
    }

    @Override
    public Connection getConnection() throws SQLException {
        PooledConnection connection = takeIdle();
        Lease lease = connection == null ? awaitConnection() : lease(connection, WaitTime.NONE);
        watch.begin();
        LeakDetector.borrowed(lease);
        return lease.connection();
    }

    private Lease lease(PooledConnection connection, WaitTime wait) {
        return connection.lend(wait, Deadline.current().orElseGet(() -> Deadline.in(maxLease)));
    }

    /** Borrows the usable idle connection that was used last; returns null if there is none. */
    PooledConnection takeIdle() throws SQLException {
        while (true) {
            PooledConnection candidate;
            lock.lock();
            try {
                if (evictor.isStopped()) {
                    throw closed();
                }
                candidate = bag.borrow();
            } finally {
                lock.unlock();
            }
            if (candidate == null) {
                return null;
            }
            Optional<EvictionReason> reason = candidate.evictionReason(validator);
            if (reason.isEmpty()) {
                return candidate;
            }
            returnUnused(candidate, reason);
        }
    }

    void returnUnused(PooledConnection candidate, Optional<EvictionReason> eviction) {
        boolean kept;
        RequestedConnections.Changes changes;
        lock.lock();
        try {
            bag.markUnborrowed(candidate);
            if (eviction.equals(Optional.of(EvictionReason.LOST))) {
                generationEvictor.suspect(candidate);
            }
            kept = offerUnlessEvicted(candidate, eviction);
            changes = requested.afterReturn(kept);
        } finally {
            lock.unlock();
        }
        changes.send();
        if (!kept) {
            evictor.evict(candidate, eviction.orElse(EvictionReason.LOST));
        }
    }

    private Lease awaitConnection() throws SQLException {
        PooledConnection back; // one that was returned since takeIdle()
        Waiter waiter;
        Optional<Duration> rejected;
        List<RequestedConnections.PendingOpening> requests;
        lock.lock();
        try {
            if (evictor.isStopped()) {
                throw closed();
            }
            back = bag.borrow();
            // With none open, one is opened for this caller
            rejected = back != null || bag.isEmpty() ? Optional.empty() : waits.checkAdmission();
            waiter = back != null || rejected.isPresent() ? null : waits.join(mayBeAsleep());
            requests = waiter == null ? List.of() : requested.openForWaiters();
        } finally {
            lock.unlock();
        }
        if (back != null) {
            return lease(back, WaitTime.NONE);
        }
        if (waiter == null) {
            throw waits.rejected(rejected.orElseThrow());
        }
        requests.forEach(RequestedConnections.PendingOpening::send);
        return lease(waits.await(waiter), waiter.waited());
    }

    LockWaitSampler locks() {
        return locks;
    }

    private SQLException closed() {
        return new SQLException(name + ": the pool is closed");
    }

    /** Called with the lock held. */
    private boolean mayBeAsleep() {
        return bag.isEmpty() && !state.traffic().wasDeadlineMissedLately();
    }

    /** Takes a connection that the gate has opened for a waiter. */
    void onOpened(RequestedConnections.PendingOpening opening, PhysicalConnection physical) {
        PooledConnection connection;
        boolean wanted;
        List<RequestedConnections.PendingOpening> requests = List.of();
        lock.lock();
        try {
            requested.onEnded(opening);
            connection = new PooledConnection(
                    this,
                    physical,
                    state.counters().opened(),
                    state.generations().current());
            if (bag.active().isEmpty()) {
                requested.onQueueStarted();
            }
            state.traffic().onOpened(mayBeAsleep());
            state.queue().onProgress();
            wanted = !evictor.isStopped() && (!state.queue().isEmpty() || retention.reuses());
            if (wanted) {
                waits.offer(connection);
                requests = requested.openForWaiters();
            } else {
                bag.markClosing(connection);
            }
        } finally {
            lock.unlock();
        }
        if (!wanted) {
            evictor.close(connection);
        }
        requests.forEach(RequestedConnections.PendingOpening::send);
    }

    /** Takes a connection back from its borrower. */
    void release(Lease lease, PooledConnection connection) {
        LeakDetector.returned(lease);
        Duration used = lease.held();
        listeners.forEach(listener -> listener.onReturned(used));
        boolean cancelled = lease.isTimedOut() && lease.closeReason().isEmpty();
        if (!cancelled || !locks.queryOnCancelled(connection, () -> acceptReturn(lease, connection))) {
            acceptReturn(lease, connection);
        }
    }

    private void acceptReturn(Lease lease, PooledConnection connection) {
        Optional<EvictionReason> eviction = evictor.evictionReason(lease, connection);
        List<PooledConnection> sameGeneration = List.of();
        RequestedConnections.Changes changes;
        boolean kept;
        lock.lock();
        try {
            if (!bag.markReturned(connection, lease)) {
                return; // it was taken back before
            }
            if (lease.isTimedOut()) {
                state.traffic().onDeadlineMissed();
            }
            if (lease.isServerSilent()) {
                sameGeneration = generationEvictor.evictIfConfirmed(connection);
            } else if (eviction.equals(Optional.of(EvictionReason.LOST))) {
                generationEvictor.suspect(connection);
            } else if (!lease.isUnusable()) {
                state.traffic().onAnswered();
                state.queue().onProgress();
            }
            connection.markIdle();
            kept = offerUnlessEvicted(connection, eviction);
            changes = requested.afterReturn(kept);
        } finally {
            lock.unlock();
        }
        changes.send();
        generationEvictor.evict(sameGeneration);
        if (!kept) {
            evictor.closeOrEvict(connection, eviction.orElse(EvictionReason.LOST));
        }
    }

    void onClosed(PooledConnection connection) {
        requested.onClosed(connection);
    }

    /** Offers a connection to the waiters, unless it is to be closed. Called with the lock held. */
    private boolean offerUnlessEvicted(PooledConnection connection, Optional<EvictionReason> eviction) {
        boolean kept = eviction.isEmpty()
                && retention.reuses()
                && !evictor.isStopped()
                && !state.generations().isEvicted(connection);
        if (kept) {
            waits.offer(connection);
        } else {
            bag.markClosing(connection);
        }
        return kept;
    }

    /** Counts a connection that was not returned at the end of its request. */
    void leaked() {
        state.leaked();
    }

    @Override
    public PoolingStrategy strategy() {
        return retention.strategy();
    }

    @Override
    public PoolStatistics statistics() {
        return state.statistics();
    }

    @Override
    public List<ConnectionReport> connections() {
        return state.connections();
    }

    @Override
    public TrafficSnapshot traffic() {
        return state.trafficSnapshot();
    }

    @Override
    public void checkIdle() {
        idleCheck.run();
    }

    @Override
    public LockWaits lockWaits() {
        return locks.now();
    }

    @Override
    public void addListener(PoolListener listener) {
        listeners.add(listener);
    }

    /** Rejects all waiters and closes all connections; one in COMMIT as it is returned. Blocks until the idle ones are closed. */
    @Override
    public void stop() {
        List<PooledConnection> idle;
        List<Waiter> rejected;
        List<RequestedConnections.PendingOpening> surplus;
        lock.lock();
        try {
            evictor.stop();
            idle = bag.drainIdle();
            rejected = state.queue().drain();
            surplus = requested.surplus();
        } finally {
            lock.unlock();
        }
        rejected.forEach(waiter -> waiter.fail(closed()));
        surplus.forEach(RequestedConnections.PendingOpening::cancel);
        idle.forEach(evictor::close);
        state.forceCloseActive("the pool is closed");
    }
}
