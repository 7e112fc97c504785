package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.transaction.UnitListener;

/** Hears of units of work, of their statements and of the pool, on the threads on which they happen: must not block. */
public interface Observer extends PoolListener, UnitListener, StatementListener {

    /** The layer is put together; an observer may listen to more of it. */
    default void observe(WakeGate gate, Pool pool, DatabaseState state, AwakeLedger ledger) {
        pool.addListener(this);
    }

    /** A unit of work has failed for good, and its client is told. */
    default void failed(Failure failure) {}
}
