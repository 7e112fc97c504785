package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.handle.ConnectionHandle;
import com.ketomealplan.neon.handle.HandleTransaction;
import com.ketomealplan.neon.handle.LastStatement;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.handle.TransactionIdentity;
import java.time.Duration;
import java.util.Optional;

/** The {@link LeasedTransaction} of a {@link ConnectionHandle}. */
record LeasedTransactionView(Lease lease, HandleTransaction transaction) implements LeasedTransaction {

    @Override
    public Optional<TransactionIdentity> identity() {
        return transaction.identity();
    }

    @Override
    public boolean isReadOnly() {
        return transaction.settings().isReadOnly();
    }

    @Override
    public Commit lastCommit() {
        return transaction.lastCommit();
    }

    @Override
    public boolean mayHaveCommitted() {
        return transaction.mayHaveCommitted();
    }

    @Override
    public void commitWith(LastStatement last) {
        transaction.commitWith(last);
    }

    @Override
    public void allowStandaloneReads() {
        transaction.settings().allowStandaloneReads();
    }

    @Override
    public Optional<String> closeReason() {
        return lease.closeReason();
    }

    @Override
    public boolean isTimedOut() {
        return lease.isTimedOut() || lease.deadline().hasPassed();
    }

    @Override
    public String role() {
        return lease.physical().role();
    }

    @Override
    public String describeTimes() {
        return "of its " + lease.deadline().duration().toMillis() + " ms: "
                + lease.times().describe()
                + lease.lockWait().map(wait -> "; " + wait.describe()).orElse("");
    }

    @Override
    public Duration waited() {
        return lease.waited();
    }

    @Override
    public void beginStatement(String name) {
        lease.beginStatement(name);
    }

    @Override
    public void discard() {
        lease.discard();
    }
}
