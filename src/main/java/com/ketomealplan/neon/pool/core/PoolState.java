package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.pool.ConnectionReport;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.TrafficSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The state of a pool: its connections, its wait queue, its generations and counters. All parts are guarded by the one lock. */
final class PoolState {

    private final ReentrantLock lock;
    private final PoolCounters counters = new PoolCounters();
    private final PoolTraffic traffic = new PoolTraffic(System::nanoTime);
    private final Generations generations = new Generations();
    private final Retention retention;
    private final QueueLimits limits;
    private final WaitQueue waiting;
    private final ConnectionBag bag;

    PoolState(ReentrantLock lock, Retention retention, QueueLimits limits, Evictor evictor) {
        this.lock = lock;
        this.retention = retention;
        this.limits = limits;
        this.waiting = new WaitQueue(limits.maxWaiters(), System::nanoTime);
        this.bag = new ConnectionBag(
                new IdleConnections(lock, retention, evictor, expired -> bag().markClosing(expired)), counters);
    }

    ReentrantLock lock() {
        return lock;
    }

    ConnectionBag bag() {
        return bag;
    }

    WaitQueue queue() {
        return waiting;
    }

    PoolTraffic traffic() {
        return traffic;
    }

    PoolCounters counters() {
        return counters;
    }

    Generations generations() {
        return generations;
    }

    /** Called without the lock. */
    void leaked() {
        lock.lock();
        try {
            counters.leaked();
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock or without. */
    PoolStatistics statistics() {
        lock.lock();
        try {
            return bag.statistics(retention, limits, waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Called without the lock. */
    TrafficSnapshot trafficSnapshot() {
        lock.lock();
        try {
            return traffic.snapshot(bag.size(), !waiting.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether one more connection may be opened. Called without the lock. */
    boolean hasRoom() {
        lock.lock();
        try {
            return bag.slots() < retention.max();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the borrowed connections. Called without the lock. */
    List<PooledConnection> active() {
        lock.lock();
        try {
            return List.copyOf(bag.active());
        } finally {
            lock.unlock();
        }
    }

    /** Returns the leases of the borrowed connections, some of which may have ended. Called without the lock. */
    List<Lease> leases() {
        return active().stream()
                .flatMap(connection -> connection.leaseNotTakenBack().stream())
                .toList();
    }

    /** Closes the borrowed connections under their borrowers, then logs that, which may block. Called without the lock. */
    void forceCloseActive(String reason) {
        List<Runnable> log = new ArrayList<>();
        leases().forEach(lease -> lease.forceClose(reason, log::add));
        log.forEach(Runnable::run); // on this thread: the process may end at once
    }

    /** Called without the lock. */
    List<ConnectionReport> connections() {
        List<PooledConnection> open;
        lock.lock();
        try {
            open = bag.all();
        } finally {
            lock.unlock();
        }
        return open.stream().map(PooledConnection::report).toList();
    }
}
