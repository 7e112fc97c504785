package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.lease.Lease;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which connections are not used again, and their end. Thread-safe. */
final class Evictions {

    private static final Logger LOG = LoggerFactory.getLogger(Evictions.class);

    private final String name;
    private final WakeGate gate;
    private final Retention retention;
    private final Listeners<PoolListener> listeners;

    Evictions(String name, WakeGate gate, Retention retention, Listeners<PoolListener> listeners) {
        this.name = name;
        this.gate = gate;
        this.retention = retention;
        this.listeners = listeners;
    }

    /** Why a connection that has come back is not used again; empty if it may be. */
    Optional<Eviction> reasonFor(Lease lease, PooledConnection connection) {
        boolean unusable = lease.isUnusable();
        if (unusable ? lease.isServerSilent() : !lease.physical().isOpen()) {
            return Optional.of(Eviction.LOST);
        }
        if (unusable) {
            return Optional.of(lease.isOutOfTime() ? Eviction.OUT_OF_TIME : Eviction.SPOILT);
        }
        if (isAged(connection)) {
            return Optional.of(Eviction.AGED);
        }
        if (retention.reuses() && lease.isInTransaction()) {
            LOG.warn(
                    "{}: a connection came back inside a transaction and is closed: its changes are rolled back", name);
            return Optional.of(Eviction.SPOILT);
        }
        return Optional.empty();
    }

    /** Where no other one is to be had, an old one is better than none. */
    boolean isAged(PooledConnection connection) {
        return retention.reuses() && connection.isOlderThan(retention.maxAge()) && !gate.isFailingForGood();
    }

    void evict(PooledConnection connection, Eviction reason) {
        listeners.forEach(listener -> listener.evicted(reason));
        close(connection);
    }

    /** The end of one that is not used again; no eviction where none is. */
    void end(PooledConnection connection, Eviction reason) {
        if (retention.reuses()) {
            evict(connection, reason);
        } else {
            close(connection);
        }
    }

    /** Without telling anybody: it was not meant to be used again. */
    void close(PooledConnection connection) {
        gate.close(connection.physical());
    }
}
