package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Retention;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The idle connections of a pool, last used first, so that those that are not needed reach the idle timeout. Guarded by the pool's lock.
 */
final class IdleConnections {

    private final ReentrantLock lock;
    private final Retention retention;
    private final Evictor evictor;
    private final Consumer<PooledConnection> closing;
    private final Deque<PooledConnection> idle = new ArrayDeque<>();
    private boolean evictionScheduled;

    /**
     * @param closing is called with each connection that has reached the idle timeout, with the lock held, before it is closed
     */
    IdleConnections(ReentrantLock lock, Retention retention, Evictor evictor, Consumer<PooledConnection> closing) {
        this.closing = closing;
        this.lock = lock;
        this.retention = retention;
        this.evictor = evictor;
    }

    /** Removes and returns the one that was used last; null if there is none. */
    PooledConnection poll() {
        return idle.pollFirst();
    }

    /** Returns the one that was used last; null if there is none. */
    PooledConnection peek() {
        return idle.peekFirst();
    }

    void add(PooledConnection connection) {
        idle.addFirst(connection);
        scheduleEviction();
    }

    /** Removes and returns all. */
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

    private void scheduleEviction() {
        if (!evictionScheduled && idle.size() > retention.keep()) {
            evictionScheduled = true;
            Timer.after(retention.idleTimeout(), this::evictIdle);
        }
    }

    /** Evicts the connections beyond {@code keep} that have reached the idle timeout. */
    private void evictIdle() {
        List<PooledConnection> unused = new ArrayList<>();
        lock.lock();
        try {
            evictionScheduled = false;
            while (idle.size() > retention.keep() && idle.peekLast().isIdleFor(retention.idleTimeout())) {
                PooledConnection expired = idle.pollLast();
                closing.accept(expired);
                unused.add(expired);
            }
            scheduleEviction();
        } finally {
            lock.unlock();
        }
        unused.forEach(connection -> evictor.evict(connection, EvictionReason.IDLE));
    }
}
