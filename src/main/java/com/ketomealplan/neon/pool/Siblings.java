package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.WakeGate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the loss of one connection means for the others of a pool. Guarded by the pool's lock. */
final class Siblings {

    private static final Logger LOG = LoggerFactory.getLogger(Siblings.class);

    private final String name;
    private final WakeGate gate;
    private final ConnectionBag bag;
    private final Generations generations;
    private final PoolTraffic traffic;

    Siblings(String name, WakeGate gate, PoolState state) {
        this.name = name;
        this.gate = gate;
        this.bag = state.bag();
        this.generations = state.generations();
        this.traffic = state.traffic();
    }

    /**
     * The server, or the network, has ended a connection. That says nothing about the others that one look at each does not say
     * better, before its next use.
     */
    void suspect(PooledConnection lost) {
        traffic.lost();
        if (generations.suspectSiblingsOf(lost)) {
            LOG.debug(
                    "{}: a connection was lost; each of the {} others is checked before its next use",
                    name,
                    bag.size());
        }
    }

    /**
     * A server has not answered on a connection, not even to a cancel request. If that is confirmed, those of its age are not used
     * again, as where a network drops all their packets.
     *
     * @return the idle ones, to be closed
     */
    List<PooledConnection> condemnIfConfirmed(PooledConnection unanswered) {
        if (!generations.condemnSiblingsOf(unanswered, bag.borrowed(), bag.isEmpty())) {
            return List.of();
        }
        gate.unresponsive(); // which finds out whether it is an outage: it is no loss, as of a server that ends its
        // connections
        List<PooledConnection> all = bag.drainIdle();
        if (all.isEmpty()) {
            LOG.debug("{}: the server has not answered on its only connection", name);
        } else {
            LOG.info("{}: the server does not answer on open connections; {} idle ones are closed", name, all.size());
        }
        return all;
    }
}
