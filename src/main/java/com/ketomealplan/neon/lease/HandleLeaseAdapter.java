package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.handle.HandleLease;
import com.ketomealplan.neon.handle.HandleTransaction;
import com.ketomealplan.neon.handle.LeasedTransaction;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A {@link Lease}, as its handle sees it. The lease does not implement the interface itself: its methods that begin a COMMIT, mark the session
 * or return the connection would become public, and the pool has the lease too.
 */
record HandleLeaseAdapter(Lease lease) implements HandleLease {

    @Override
    public boolean isOpen() {
        return lease.isOpen();
    }

    @Override
    public void checkUsable() throws SQLException {
        lease.checkUsable();
    }

    @Override
    public Duration timeLimit() {
        return lease.deadline().duration();
    }

    @Override
    public Duration remainingTime() {
        return lease.deadline().remaining();
    }

    @Override
    public void beforeSend() throws SQLException {
        lease.beforeSend();
    }

    @Override
    public void onAnswered() {
        lease.times().onAnswered();
    }

    @Override
    public void startCommit() throws SQLException {
        lease.startCommit();
    }

    @Override
    public void endCommit() {
        lease.endCommit();
    }

    @Override
    public void markAltered() {
        lease.markAltered();
    }

    @Override
    public boolean isDiscarded() {
        return lease.isDiscarded();
    }

    @Override
    public LeasedTransaction leasedTransaction(HandleTransaction transaction) {
        return new LeasedTransactionView(lease, transaction);
    }

    @Override
    public void close() {
        lease.close();
    }

    @Override
    public void abort() {
        lease.abort();
    }
}
