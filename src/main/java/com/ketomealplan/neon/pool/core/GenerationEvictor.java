package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.gate.WakeGate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks or evicts the generation of a lost connection. Guarded by the pool's lock. */
final class GenerationEvictor {

    private static final Logger LOG = LoggerFactory.getLogger(GenerationEvictor.class);

    private final String name;
    private final WakeGate gate;
    private final ConnectionBag bag;
    private final Generations generations;
    private final PoolTraffic traffic;

    GenerationEvictor(String name, WakeGate gate, PoolState state) {
        this.name = name;
        this.gate = gate;
        this.bag = state.bag();
        this.generations = state.generations();
        this.traffic = state.traffic();
    }

    /**
     * Has each connection of a lost connection's generation checked before its next use.
     */
    void suspect(PooledConnection lost) {
        traffic.onLost();
        if (generations.suspectGenerationOf(lost)) {
            LOG.debug("{}: connection lost: each of the {} others is checked before its next use", name, bag.size());
        }
    }

    /**
     * Evicts the generation of a connection whose server has not answered, not even to a cancel request, if that is confirmed: the
     * network may drop all packets of its connections.
     *
     * @return the idle connections, to be closed
     */
    List<PooledConnection> evictIfConfirmed(PooledConnection unanswered) {
        if (!generations.evictGenerationOf(unanswered, bag.borrowed(), bag.isEmpty())) {
            return List.of();
        }
        // The server has not ended these connections, it is silent: the gate finds out whether new ones can be opened
        gate.onUnresponsive();
        List<PooledConnection> all = bag.drainIdle();
        if (all.isEmpty()) {
            LOG.debug("{}: server has not answered on its only connection", name);
        } else {
            LOG.info("{}: server does not answer on open connections: {} idle ones are closed", name, all.size());
        }
        return all;
    }
}
