package com.ketomealplan.neon.pool;

import java.util.Optional;

/** Looks, without asking the server, whether the idle connection that would be lent next stands. Thread-safe. */
final class IdleLook {

    private final ConnectionPool pool;
    private final PoolState state;
    private final Checks checks;

    IdleLook(ConnectionPool pool, PoolState state, Checks checks) {
        this.pool = pool;
        this.state = state;
        this.checks = checks;
    }

    /** Closes those that do not stand, until one does. */
    void run() {
        boolean lost = true;
        while (lost) {
            PooledConnection last;
            state.lock().lock();
            try {
                last = state.bag().lastUsed();
                if (last == null || checks.isBeyondDoubt(last)) {
                    return;
                }
                state.bag().borrow();
            } finally {
                state.lock().unlock();
            }
            lost = !checks.stands(last);
            pool.takeBackUnused(last, lost ? Optional.of(Eviction.LOST) : Optional.empty());
        }
    }
}
