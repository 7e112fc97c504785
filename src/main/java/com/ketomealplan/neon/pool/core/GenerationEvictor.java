package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.EvictionReason;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a lost connection's generation checked, or all generations evicted. Guarded by the pool's lock, unless a method says otherwise. */
final class GenerationEvictor {

    private static final Logger LOG = LoggerFactory.getLogger(GenerationEvictor.class);

    private final String name;
    private final WakeGate gate;
    private final ConnectionBag bag;
    private final Generations generations;
    private final PoolTraffic traffic;
    private final Evictor evictor;

    GenerationEvictor(String name, WakeGate gate, PoolState state, Evictor evictor) {
        this.name = name;
        this.gate = gate;
        this.bag = state.bag();
        this.generations = state.generations();
        this.traffic = state.traffic();
        this.evictor = evictor;
    }

    /** Has each connection of a lost connection's generation checked before its next use, and new ones opened one at a time at first. */
    void suspect(PooledConnection lost) {
        traffic.onLost();
        if (generations.suspectGenerationOf(lost)) {
            gate.onLost();
        }
    }

    /**
     * Evicts all generations so far, if it is confirmed that the server does not answer on a connection, in COMMIT or on a cancelled
     * statement: the network may drop all packets of the open ones.
     *
     * @return the idle connections, for {@link #evict}
     */
    List<PooledConnection> evictIfConfirmed(PooledConnection unanswered) {
        if (!generations.evictGenerationOf(unanswered, bag.active(), bag.isEmpty())) {
            return List.of();
        }
        // The server has not ended these connections, it is silent: the gate finds out whether new ones can be opened
        gate.onUnresponsive();
        return bag.drainIdle();
    }

    /** Closes the idle connections of the evicted generations. Called without the lock: it logs. */
    void evict(List<PooledConnection> idle) {
        if (!idle.isEmpty()) {
            LOG.info("{}: server does not answer on open connections: {} idle ones are closed", name, idle.size());
            idle.forEach(connection -> evictor.evict(connection, EvictionReason.LOST));
        }
    }
}
