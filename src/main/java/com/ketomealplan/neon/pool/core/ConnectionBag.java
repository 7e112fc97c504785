package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The open connections of a pool: each is idle, borrowed, or being closed. Guarded by the pool's lock. */
final class ConnectionBag {

    private final Set<PooledConnection> active = new HashSet<>();
    private final Set<PooledConnection> closing = new HashSet<>();
    private final IdleConnections idle;
    private final PoolCounters counters;

    ConnectionBag(IdleConnections idle, PoolCounters counters) {
        this.idle = idle;
        this.counters = counters;
    }

    /** Borrows the idle connection that was used last; returns null if there is none. */
    PooledConnection borrow() {
        PooledConnection last = idle.poll();
        if (last != null) {
            markBorrowed(last);
        }
        return last;
    }

    /** Adds a connection that was just opened or returned to the borrowed ones. */
    void markBorrowed(PooledConnection connection) {
        active.add(connection);
        counters.borrowed();
    }

    /** Removes a connection that its borrower has returned, unless that was done before; {@link #addIdle} adds it again. */
    boolean markReturned(PooledConnection connection, Lease ended) {
        boolean first = connection.isOf(ended);
        if (first) {
            active.remove(connection);
            counters.returned();
        }
        return first;
    }

    /** Removes a connection that was borrowed only to be checked. */
    void markUnborrowed(PooledConnection connection) {
        active.remove(connection);
        counters.unborrowed();
    }

    /** Adds a connection for which there is no waiter to the idle ones. */
    void addIdle(PooledConnection connection) {
        idle.add(connection);
    }

    /** Returns the idle connection that was used last, which stays idle; null if there is none. */
    PooledConnection lastUsed() {
        return idle.peek();
    }

    /** Removes and returns all idle connections, to be closed. */
    List<PooledConnection> drainIdle() {
        List<PooledConnection> drained = idle.drain();
        closing.addAll(drained);
        return drained;
    }

    /** Keeps the slot of a connection that was removed, until it is closed. */
    void markClosing(PooledConnection connection) {
        closing.add(connection);
    }

    void markClosed(PooledConnection connection) {
        closing.remove(connection);
    }

    /** Returns the borrowed connections. */
    Collection<PooledConnection> active() {
        return Collections.unmodifiableCollection(active);
    }

    List<PooledConnection> all() {
        return Stream.concat(active.stream(), idle.all().stream()).toList();
    }

    /** Returns the number of connections that are idle or borrowed. */
    int size() {
        return idle.size() + active.size();
    }

    /** Returns the number of connections that the server may have: also those that are being closed. */
    int slots() {
        return size() + closing.size();
    }

    boolean isEmpty() {
        return size() == 0;
    }

    PoolStatistics statistics(Retention retention, QueueLimits limits, int waiting) {
        return counters.statistics(retention, limits, idle.size(), active.size(), waiting);
    }
}
