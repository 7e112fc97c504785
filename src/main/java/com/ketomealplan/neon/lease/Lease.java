package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.locks.LockWait;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One use of a connection, from its borrowing to its return: its {@link LeaseState}, its deadline, and who has it. What JDBC does
 * with it is the {@link ConnectionHandle}'s. Thread-safe; the borrower uses it, {@link LeaseWatch} ends it.
 */
public final class Lease {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** Whoever lent the connection. */
    public interface Owner {

        /** Takes the connection back. Called once for each lease, by whichever thread ended it. Must not throw. */
        void release(Lease lease);

        /** A borrower has forgotten to give it back; {@link #release} follows. */
        void leaked();

        /**
         * A statement is about to be cancelled: the last moment to find out what it waits for. On a thread that may block, for
         * {@link TimeToCancel} at most. Must not throw.
         */
        void cancels();
    }

    private final PhysicalConnection physical;
    private final Owner owner;
    private final Deadline deadline;
    private final LeaseTimes times;
    private final Thread borrower = Thread.currentThread();
    private final String purpose = MDC.get(Purpose.MDC_KEY);
    private final String request = MDC.get(LogContext.REQUEST);
    private final LeaseTransitions state = new LeaseTransitions();
    private final ConnectionHandle handle;

    private volatile LockWait lockWait;
    private volatile boolean unusable;
    private volatile boolean discarded;
    private volatile boolean altered;
    private volatile long commitEndNanos;
    private volatile long severNanos;

    /**
     * @param waited how long the borrower stood in the wait queue
     * @param opening if its connection was opened meanwhile
     * @param deadline when the connection is taken from its borrower
     */
    public Lease(
            PhysicalConnection physical,
            Owner owner,
            Duration waited,
            Optional<OpeningTimes> opening,
            Deadline deadline) {
        this.physical = physical;
        this.owner = owner;
        this.deadline = deadline;
        this.times = new LeaseTimes(deadline, waited, opening);
        this.handle = new ConnectionHandle(this, physical);
    }

    /** The connection as its borrower sees it. */
    public Connection connection() {
        return handle;
    }

    public PhysicalConnection physical() {
        return physical;
    }

    public boolean isOpen() {
        return state.now() != LeaseState.RETURNED;
    }

    /** Since it was borrowed. */
    public Duration time() {
        return times.held();
    }

    /** How long its borrower stood in the wait queue. */
    public Duration waited() {
        return times.waited();
    }

    /** Whether its connection is of no use to others: it was altered, aborted, or a request to cancel may still come in. */
    public boolean isUnusable() {
        return unusable || isOutOfTime();
    }

    /** Whether it was cancelled or closed before its borrower was done. */
    public boolean isOutOfTime() {
        LeaseState last = state.last();
        return last == LeaseState.CANCELLING || last == LeaseState.EXPIRED;
    }

    /** Whether the server did not answer in time, not even to the request to cancel. */
    public boolean isServerSilent() {
        return state.expiry().filter(LeaseTransitions.Expiry::serverSilent).isPresent();
    }

    /** Whether the next borrower would be inside a transaction of this one. */
    public boolean isInTransaction() {
        return handle.transaction().isOpen();
    }

    /** What it was borrowed for ({@link Purpose}). */
    public Optional<String> purpose() {
        return Optional.ofNullable(purpose);
    }

    /** The id of the request that borrowed it. */
    public Optional<String> request() {
        return Optional.ofNullable(request);
    }

    /** The name of the statement executed last. */
    public Optional<String> statement() {
        return times.statement();
    }

    public Optional<TransactionIdentity> identity() {
        return handle.transaction().identity();
    }

    void executes(String name) {
        lockWait = null;
        times.executes(name);
    }

    /** The server has said what its statement waits for. By any thread. */
    public void waitsFor(LockWait found) {
        lockWait = found;
    }

    LeaseTimes times() {
        return times;
    }

    /** What its statement was found to wait for. */
    Optional<LockWait> lockWait() {
        return Optional.ofNullable(lockWait);
    }

    /** Why it was closed under its borrower; empty if it was not, or was only cancelled. */
    public Optional<String> endedBecause() {
        return state.expiry().map(LeaseTransitions.Expiry::reason);
    }

    Deadline deadline() {
        return deadline;
    }

    /**
     * Checks that its borrower may use it.
     *
     * @throws DeadlineExceededException if it was closed under its borrower
     * @throws SQLException 08003 if it was given back
     */
    void checkUsable() throws SQLException {
        LeaseState now = state.now();
        if (now == LeaseState.ACTIVE || now == LeaseState.COMMITTING || now == LeaseState.CANCELLING) {
            return;
        }
        if (now == LeaseState.EXPIRED) {
            throw new DeadlineExceededException(state.expiry().orElseThrow().reason(), (Throwable) null);
        }
        throw new SQLException("this connection was given back", "08003");
    }

    /** A statement is about to be sent, if there is time. */
    void sends() throws DeadlineExceededException {
        checkDeadline("the next statement was sent");
        times.sends();
    }

    /** Checks that there is time for something that is about to be sent. */
    void checkDeadline(String what) throws DeadlineExceededException {
        if (deadline.isOver()) {
            throw new DeadlineExceededException(what, deadline);
        }
    }

    /** From now on it is not cancelled; {@link #committed} ends that. */
    void startCommit() throws SQLException {
        checkDeadline("COMMIT was sent");
        // Half of what is left is for the answer, the other half for finding out if none comes
        long half = Math.max(deadline.remaining().toNanos() / 2, timeToCancel().toNanos());
        commitEndNanos = System.nanoTime() + half;
        if (!state.move(LeaseState.ACTIVE, LeaseState.COMMITTING)) {
            checkUsable();
            throw new DeadlineExceededException("COMMIT was sent", deadline); // its statement is being cancelled
        }
    }

    /** The COMMIT is over, however it ended. */
    void committed() {
        state.move(LeaseState.COMMITTING, LeaseState.ACTIVE);
    }

    /**
     * Gives the connection back, if nobody has yet.
     *
     * @param spoilt whether its connection is of no use to others
     */
    private void release(boolean spoilt) {
        Optional<LeaseState> from = state.giveBack();
        if (from.isEmpty()) {
            return;
        }
        unusable = spoilt || altered;
        handle.end(isUnusable()); // cancels what another thread executes
        // which must not meet the next borrower
        boolean busy = physical.isOpen() && (from.get() == LeaseState.COMMITTING || physical.awaitsServer());
        if (busy || discarded) {
            unusable = true;
            physical.sever();
        }
        owner.release(this);
    }

    /** Gives the connection back, if nobody has yet. */
    void close() {
        release(false);
    }

    /** Something of the session was changed for good: the connection is not used again. */
    void alter() {
        altered = true;
    }

    boolean isAltered() {
        return altered;
    }

    /** Gives the connection back, of which nothing is left. */
    void abort() {
        release(true);
    }

    /** Closes the connection, whatever is on it, and makes room in the pool. Does not block. */
    void discard() {
        discarded = true;
        release(true);
    }

    /** Whether its borrower has discarded it. */
    boolean isDiscarded() {
        return discarded;
    }

    /** Closes the connection under its borrower, unless its COMMIT is being answered. Does not block. By any thread. */
    public void forceClose(String reason) {
        expire(LeaseState.ACTIVE, reason, false);
    }

    /** From a borrower who has forgotten it. */
    void reclaim() {
        owner.leaked();
        discard();
    }

    /** Ends it, if its time has come. By the thread of {@link LeaseWatch}, which must not block. */
    void checkTime(Duration longestIdle) {
        switch (state.now()) {
            case ACTIVE -> checkActive(longestIdle);
            case CANCELLING -> {
                if (System.nanoTime() - severNanos >= 0) {
                    boolean silent = physical.awaitsServer();
                    String unanswered = ", and the server has not answered its statement, which was cancelled, within "
                            + timeToCancel().toMillis() + " ms";
                    expire(LeaseState.CANCELLING, deadlinePassed() + (silent ? unanswered : ""), silent);
                }
            }
            case COMMITTING -> {
                if (System.nanoTime() - commitEndNanos >= 0) {
                    expire(
                            LeaseState.COMMITTING,
                            "COMMIT has not been answered in half of the time that was left",
                            true);
                }
            }
            case EXPIRED, RETURNED -> {
                // nothing is left to end
            }
        }
    }

    private void checkActive(Duration longestIdle) {
        boolean awaitsServer = physical.awaitsServer();
        if (deadline.isOver()) {
            if (awaitsServer) {
                severNanos = System.nanoTime() + timeToCancel().multipliedBy(2).toNanos();
                if (state.move(LeaseState.ACTIVE, LeaseState.CANCELLING)) {
                    LeaseWatch.BLOCKING.execute(this::cancel);
                }
            } else if (deadline.isOverFor(timeToCancel())) {
                expire(LeaseState.ACTIVE, deadlinePassed(), false);
            }
        } else if (!awaitsServer
                && handle.transaction().isOpen()
                && System.nanoTime() - physical.lastUsedNanos() > longestIdle.toNanos()) {
            expire(
                    LeaseState.ACTIVE,
                    "it has been idle in its transaction for " + longestIdle.toMillis() + " ms",
                    false);
        }
    }

    private String deadlinePassed() {
        return "its deadline of " + deadline.time().toMillis() + " ms has passed";
    }

    private void expire(LeaseState from, String reason, boolean silent) {
        if (state.expire(
                from,
                new LeaseTransitions.Expiry(
                        reason, silent))) { // otherwise its borrower was faster: done, or on to its COMMIT
            physical.sever();
            LeaseLog.closed(this, borrower, from, reason);
        }
    }

    private Duration timeToCancel() {
        return TimeToCancel.of(physical);
    }

    private void cancel() {
        owner.cancels();
        if (state.now() != LeaseState.CANCELLING) {
            return; // its borrower was done meanwhile
        }
        severNanos = System.nanoTime() + timeToCancel().toNanos();
        try {
            physical.cancel();
        } catch (SQLException e) {
            LOG.debug("A statement could not be cancelled; its connection is closed", e);
        }
    }
}
