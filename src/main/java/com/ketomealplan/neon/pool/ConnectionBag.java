package com.ketomealplan.neon.pool;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The open connections of a pool, each of them idle or borrowed. Guarded by the pool's lock. */
final class ConnectionBag {

    private final Set<PooledConnection> borrowed = new HashSet<>();
    private final IdleConnections idle;
    private final PoolCounters counters;

    ConnectionBag(IdleConnections idle, PoolCounters counters) {
        this.idle = idle;
        this.counters = counters;
    }

    /** Lends the idle one that was used last; null if there is none. */
    PooledConnection borrow() {
        PooledConnection last = idle.poll();
        if (last != null) {
            lend(last);
        }
        return last;
    }

    /** One that is not idle: it was opened or came back just now. */
    void lend(PooledConnection connection) {
        borrowed.add(connection);
        counters.borrowed();
    }

    /** Its borrower is done with it. It is in the bag no more, unless it is put back. */
    void takeBack(PooledConnection connection) {
        borrowed.remove(connection);
        counters.returned();
    }

    /** The same, but nobody had it: it was only looked at. */
    void takeBackUnused(PooledConnection connection) {
        borrowed.remove(connection);
        counters.unborrowed();
    }

    /** Nobody waits for it. */
    void putBack(PooledConnection connection) {
        idle.add(connection);
    }

    /** The idle one that was used last; null if there is none. */
    PooledConnection lastUsed() {
        return idle.peek();
    }

    /** Takes all idle ones out. */
    List<PooledConnection> drainIdle() {
        return idle.drain();
    }

    Collection<PooledConnection> borrowed() {
        return Collections.unmodifiableCollection(borrowed);
    }

    List<PooledConnection> all() {
        return Stream.concat(borrowed.stream(), idle.all().stream()).toList();
    }

    /** How many are open. */
    int size() {
        return idle.size() + borrowed.size();
    }

    boolean isEmpty() {
        return size() == 0;
    }

    PoolStatistics statistics(Retention retention, Line line, int waiting) {
        return counters.statistics(retention, line, idle.size(), borrowed.size(), waiting);
    }
}
