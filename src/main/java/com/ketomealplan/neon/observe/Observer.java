package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.transaction.UnitListener;
import java.util.Locale;

/** Listens to units of work, their statements and the pool, on the threads on which they happen: must not block. */
public interface Observer extends PoolListener, UnitListener, StatementListener {

    /** Registers the observer with the layer's parts; called once. */
    default void observe(WakeGate gate, Pool pool, DatabaseState state, AwakeLedger ledger) {
        pool.addListener(this);
    }

    /** A unit of work has failed after its last run. */
    default void onUnitFailed(Failure failure) {}

    /** Returns the label of a constant in metrics and spans. */
    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
