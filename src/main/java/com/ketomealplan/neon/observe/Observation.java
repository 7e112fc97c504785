package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.UnitOutcomes;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.transaction.UnitListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;

/** Registers all observers of the layer. */
public final class Observation {

    private final List<Observer> observers;
    private final Listeners<Observer> failures;
    private final StateHistory history = new StateHistory();
    private final AwakeLedger ledger;

    /**
     * @param observers the observers, in the order in which they are called
     */
    public Observation(AwakeLedger ledger, List<Observer> observers) {
        this.ledger = ledger;
        this.observers = List.copyOf(observers);
        this.failures = Listeners.of(observers);
    }

    /**
     * Observes the statements of a JDBI, and adds a comment with their origin to them.
     *
     * @param outcomes is given those that were executed
     */
    public StatementObserver observe(Jdbi jdbi, Duration slowThreshold, UnitOutcomes outcomes) {
        List<StatementListener> all = new ArrayList<>(observers);
        all.add((name, sql, time, failure) -> {
            if (failure.isEmpty()) {
                outcomes.onExecuted(sql);
            }
        });
        SqlStatements statements = jdbi.getConfig(SqlStatements.class);
        StatementObserver observer = new StatementObserver(slowThreshold, statements.getSqlLogger(), all);
        statements.setSqlLogger(observer);
        statements.setTemplateEngine(new StatementComments(statements.getTemplateEngine()));
        return observer;
    }

    /** Observes connections and the database's state. */
    public void observe(WakeGate gate, Pool pool, DatabaseState state, DatabaseProbe probe) {
        gate.addListener(ledger);
        pool.addListener(ledger);
        probe.addListener(() -> ledger.onUse("health check", Duration.ZERO));
        observers.forEach(observer -> observer.observe(gate, pool, state, ledger));
        state.addListener(history);
    }

    /** Returns the listeners of units of work. */
    public List<? extends UnitListener> unitListeners() {
        return observers;
    }

    /** Calls the observers for a unit of work that has failed after its last run. */
    public void onUnitFailed(Failure failure) {
        failures.forEach(observer -> observer.onUnitFailed(failure));
    }

    public AwakeLedger ledger() {
        return ledger;
    }

    public StateHistory history() {
        return history;
    }
}
