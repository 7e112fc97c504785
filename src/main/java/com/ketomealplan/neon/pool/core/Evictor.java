package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.Retention;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which connections are evicted, and has them closed on a thread of the gate. Thread-safe. */
final class Evictor {

    private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);

    private final String name;
    private final WakeGate gate;
    private final Retention retention;
    private final Listeners<PoolListener> listeners;
    private volatile boolean stopped;

    Evictor(String name, WakeGate gate, Retention retention, Listeners<PoolListener> listeners) {
        this.name = name;
        this.gate = gate;
        this.retention = retention;
        this.listeners = listeners;
    }

    /** Returns why a returned connection must not be used again; empty if it may be. */
    Optional<EvictionReason> evictionReason(Lease lease, PooledConnection connection) {
        boolean unusable = lease.isUnusable();
        if (lease.isLost()
                || (unusable ? lease.isServerSilent() : !lease.physical().isOpen())) {
            return Optional.of(EvictionReason.LOST);
        }
        if (unusable) {
            return Optional.of(lease.isTimedOut() ? EvictionReason.OUT_OF_TIME : EvictionReason.SPOILT);
        }
        if (isPastMaxLifetime(connection)) {
            return Optional.of(EvictionReason.AGED);
        }
        if (retention.reuses() && lease.isInTransaction()) {
            LOG.warn("{}: connection returned inside a transaction: closed, its changes are rolled back", name);
            return Optional.of(EvictionReason.SPOILT);
        }
        return Optional.empty();
    }

    /** Returns whether a connection is past its max lifetime. Never while no other one can be opened. */
    boolean isPastMaxLifetime(PooledConnection connection) {
        return retention.reuses() && connection.isOlderThan(retention.maxLifetime()) && !gate.hasFailedPermanently();
    }

    void evict(PooledConnection connection, EvictionReason reason) {
        LOG.debug(
                "{}: connection of backend {} evicted ({})",
                name,
                connection.physical().backendId(),
                reason);
        try {
            if (!stopped) {
                listeners.forEach(listener -> listener.onEvicted(reason));
            }
        } finally {
            gate.close(connection.physical(), connection::onClosed);
        }
    }

    /**
     * Ends the use of a connection that is not used again. If the strategy reuses connections, it is evicted, unless the pool is stopped. Else
     * its borrower closes it: a platform may freeze the process once the request is answered, and the session would stay. (A cancelled one may
     * first find out who blocks the other statements, on a thread of its own; so one is closed that its borrower has abandoned.)
     */
    void closeOrEvict(PooledConnection connection, EvictionReason reason) {
        if (retention.reuses() && !stopped) {
            evict(connection, reason);
        } else {
            close(connection);
        }
    }

    /** The pool is stopped: from now on no connection is kept, and none counts as evicted. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Closes a connection on the calling thread, without counting it as evicted. */
    void close(PooledConnection connection) {
        try {
            gate.close(connection.physical());
        } finally {
            connection.onClosed();
        }
    }
}
