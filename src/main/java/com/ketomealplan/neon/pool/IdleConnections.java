package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Timer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections of a pool that nobody uses. The last one used is the first one taken, so that what is not needed grows old at the
 * end, and is closed there. Guarded by the pool's lock.
 */
final class IdleConnections {

    private final ReentrantLock lock;
    private final Retention retention;
    private final Evictions evictions;
    private final Deque<PooledConnection> idle = new ArrayDeque<>();
    private boolean sweepScheduled;

    IdleConnections(ReentrantLock lock, Retention retention, Evictions evictions) {
        this.lock = lock;
        this.retention = retention;
        this.evictions = evictions;
    }

    /** Takes the one that was used last; null if there is none. */
    PooledConnection poll() {
        return idle.pollFirst();
    }

    /** Returns the one that was used last; null if there is none. */
    PooledConnection peek() {
        return idle.peekFirst();
    }

    void add(PooledConnection connection) {
        idle.addFirst(connection);
        scheduleSweep();
    }

    /** Takes all. */
    List<PooledConnection> drain() {
        List<PooledConnection> all = List.copyOf(idle);
        idle.clear();
        return all;
    }

    List<PooledConnection> all() {
        return List.copyOf(idle);
    }

    int size() {
        return idle.size();
    }

    private void scheduleSweep() {
        if (!sweepScheduled && idle.size() > retention.kept()) {
            sweepScheduled = true;
            Timer.after(retention.idleTime(), this::sweep);
        }
    }

    /** Closes the connections beyond the kept ones that have not been used for their time. */
    private void sweep() {
        List<PooledConnection> unused = new ArrayList<>();
        lock.lock();
        try {
            sweepScheduled = false;
            while (idle.size() > retention.kept() && idle.peekLast().isUnusedFor(retention.idleTime())) {
                unused.add(idle.pollLast());
            }
            scheduleSweep();
        } finally {
            lock.unlock();
        }
        unused.forEach(connection -> evictions.evict(connection, Eviction.IDLE));
    }
}
