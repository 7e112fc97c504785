package com.ketomealplan.neon.lease;

import java.time.Duration;
import java.util.Optional;

/** What a {@link ConnectionHandle} is beside a connection. */
record HandleOfTransaction(Lease lease, HandleTransaction transaction) implements LeasedTransaction {

    @Override
    public Optional<TransactionIdentity> identity() {
        return transaction.identity();
    }

    @Override
    public boolean onlyReads() {
        return transaction.isReadOnly();
    }

    @Override
    public Commit lastCommit() {
        return transaction.lastCommit();
    }

    @Override
    public boolean isEscaped() {
        return transaction.isEscaped();
    }

    @Override
    public void commitWith(LastStatement last) {
        transaction.commitWith(last);
    }

    @Override
    public void readApart() {
        transaction.readApart();
    }

    @Override
    public Optional<String> endedBecause() {
        return lease.endedBecause();
    }

    @Override
    public boolean isOutOfTime() {
        return lease.isOutOfTime() || lease.deadline().isOver();
    }

    @Override
    public String times() {
        return "of its " + lease.deadline().time().toMillis() + " ms: "
                + lease.times().inWords()
                + lease.lockWait().map(wait -> "; " + wait.inWords()).orElse("");
    }

    @Override
    public Duration waited() {
        return lease.waited();
    }

    @Override
    public void executes(String name) {
        lease.executes(name);
    }

    @Override
    public void discard() {
        lease.discard();
    }
}
