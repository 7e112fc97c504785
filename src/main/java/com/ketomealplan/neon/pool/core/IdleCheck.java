package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.pool.EvictionReason;
import java.util.Optional;

/** Checks the idle connection that would be lent next, without a round trip. Thread-safe. */
final class IdleCheck {

    private final ConnectionPool pool;
    private final PoolState state;
    private final ConnectionValidator validator;

    IdleCheck(ConnectionPool pool, PoolState state, ConnectionValidator validator) {
        this.pool = pool;
        this.state = state;
        this.validator = validator;
    }

    /** Evicts unusable connections until one is usable. */
    void run() {
        boolean lost = true;
        while (lost) {
            PooledConnection last;
            state.lock().lock();
            try {
                last = state.bag().lastUsed();
                if (last == null || validator.mayBypassCheck(last)) {
                    return;
                }
                state.bag().borrow();
            } finally {
                state.lock().unlock();
            }
            try {
                lost = !validator.isUsable(last);
            } finally {
                pool.returnUnused(last, lost ? Optional.of(EvictionReason.LOST) : Optional.empty());
            }
        }
    }
}
