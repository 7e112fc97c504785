package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.handle.ConnectionHandle;
import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.locks.LockWait;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.MDC;

/**
 * One use of a connection, from its borrowing to its return: its {@link LeaseState}, its deadline and its borrower. The JDBC side is
 * {@link ConnectionHandle}. Thread-safe: the borrower uses it, {@link LeaseWatch} ends it.
 */
public final class Lease {

    /** The time that a borrower has to return a connection that was closed under it. Then its place in the pool is free. */
    private static final Duration RETURN_GRACE = Duration.ofSeconds(1);

    /** The time that its return takes at most, unless that fails. */
    private static final Duration LONGEST_RETURN = Duration.ofSeconds(3);

    private final PhysicalConnection physical;
    private final LeaseOwner owner;
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
    private volatile boolean lost;
    private volatile boolean altered;
    private volatile long commitEndNanos;
    private volatile long cancelEndNanos;

    /**
     * @param waited how long the borrower was in the wait queue
     * @param opening present if its connection was opened meanwhile
     * @param deadline when the connection is closed under its borrower
     */
    public Lease(
            PhysicalConnection physical,
            LeaseOwner owner,
            Duration waited,
            Optional<OpeningTimes> opening,
            Deadline deadline) {
        this.physical = physical;
        this.owner = owner;
        this.deadline = deadline;
        this.times = new LeaseTimes(deadline, waited, opening);
        this.handle = new ConnectionHandle(new HandleLeaseAdapter(this), physical);
    }

    /** Returns the borrower's JDBC connection. */
    public Connection connection() {
        return handle;
    }

    public PhysicalConnection physical() {
        return physical;
    }

    public boolean isOpen() {
        return state.now().isOpen();
    }

    /** Returns whether its borrower has not returned it, be it open or abandoned. */
    boolean isUnreturned() {
        return state.now() != LeaseState.RETURNED;
    }

    /** Returns the time since it was borrowed. */
    public Duration held() {
        return times.held();
    }

    /** Returns how long its borrower was in the wait queue. */
    public Duration waited() {
        return times.waited();
    }

    /** Returns whether its connection must not be used again: it was altered, aborted, or a cancel request may still arrive. */
    public boolean isUnusable() {
        return unusable || isTimedOut();
    }

    /** Returns whether it was cancelled or closed under its borrower. */
    public boolean isTimedOut() {
        return state.last() == LeaseState.CANCELLING || state.last() == LeaseState.EXPIRED;
    }

    /** Returns whether the server did not answer in time: not COMMIT, or neither a statement nor its cancel request. */
    public boolean isServerSilent() {
        return state.expiry().filter(LeaseTransitions.Expiry::serverSilent).isPresent();
    }

    /** Returns whether a transaction is open. */
    public boolean isInTransaction() {
        return handle.transaction().isOpen();
    }

    /** Returns what it was borrowed for ({@link Purpose}). */
    public Optional<String> purpose() {
        return Optional.ofNullable(purpose);
    }

    /** Returns the id of the request that borrowed it. */
    public Optional<String> request() {
        return Optional.ofNullable(request);
    }

    /** Returns the name of the statement executed last. */
    public Optional<String> statement() {
        return times.statement();
    }

    public Optional<TransactionIdentity> identity() {
        return handle.transaction().identity();
    }

    void beginStatement(String name) {
        lockWait = null;
        times.beginStatement(name);
    }

    /** Records what its statement waits for. May be called by any thread. */
    public void setLockWait(LockWait found) {
        lockWait = found;
    }

    LeaseTimes times() {
        return times;
    }

    /** Returns what its statement was found to wait for. */
    Optional<LockWait> lockWait() {
        return Optional.ofNullable(lockWait);
    }

    /** Returns why it was closed under its borrower; empty if it was not, or was only cancelled. */
    public Optional<String> closeReason() {
        return state.expiry().map(LeaseTransitions.Expiry::reason);
    }

    Deadline deadline() {
        return deadline;
    }

    /** Checks that the borrower may use it ({@link LeaseTransitions#checkUsable}). */
    void checkUsable() throws SQLException {
        state.checkUsable();
    }

    /** Checks the deadline before a statement is sent. */
    void beforeSend() throws DeadlineExceededException {
        checkDeadline("the next statement was sent");
        times.beforeSend();
    }

    /** Throws if the deadline has passed. */
    void checkDeadline(String what) throws DeadlineExceededException {
        if (deadline.hasPassed()) {
            throw new DeadlineExceededException(what, deadline);
        }
    }

    /** Moves to {@link LeaseState#COMMITTING}, in which nothing is cancelled; {@link #endCommit} ends that. */
    void startCommit() throws SQLException {
        checkDeadline("COMMIT was sent");
        // Half of the remaining time is for the answer, the other half for looking up the outcome if none comes
        commitEndNanos = System.nanoTime()
                + Math.max(deadline.remaining().toNanos() / 2, cancelTimeout().toNanos());
        if (!state.move(LeaseState.ACTIVE, LeaseState.COMMITTING)) {
            checkUsable();
            throw new DeadlineExceededException("COMMIT was sent", deadline); // its statement is being cancelled
        }
    }

    /** Ends {@link LeaseState#COMMITTING}, whatever the outcome. */
    void endCommit() {
        state.move(LeaseState.COMMITTING, LeaseState.ACTIVE);
    }

    /**
     * Returns the connection to its owner, unless that was done before.
     *
     * @param aborted whether the borrower has aborted the driver's connection
     */
    private void release(boolean aborted) {
        Optional<LeaseState> from = state.release();
        if (from.isEmpty()) {
            return;
        }
        unusable = aborted || discarded || altered;
        handle.cleanUp(isUnusable()); // cancels what another thread executes
        if (from.get() == LeaseState.ABANDONED) {
            return; // its owner has it back
        }
        lost = !aborted && !isTimedOut() && !physical.isOpen();
        // Its late result must not reach the next borrower
        boolean busy = physical.isOpen() && (from.get() == LeaseState.COMMITTING || physical.awaitsServer());
        if (busy || discarded) {
            unusable = true;
            physical.closeSocket();
        }
        owner.release(this);
    }

    /** Returns the connection to its owner, unless that was done before. */
    void close() {
        release(false);
    }

    /** Marks the session as altered: the connection will not be used again. */
    void markAltered() {
        altered = true;
    }

    /** Returns the connection to its owner, after the driver has aborted it. */
    void abort() {
        release(true);
    }

    /** Closes the connection at once, and makes room in the pool. Does not block. */
    void discard() {
        discarded = true;
        release(false);
    }

    /** Returns whether the driver had lost the connection when it was returned. */
    public boolean isLost() {
        return lost;
    }

    /** Returns whether its borrower has discarded it. */
    boolean isDiscarded() {
        return discarded;
    }

    /**
     * Closes the connection under its borrower, unless COMMIT was sent. Does not block. May be called by any thread.
     *
     * @param log gets what logs that it was closed, which may block
     */
    public void forceClose(String reason, Executor log) {
        boolean executing = physical.awaitsServer();
        if (expire(LeaseState.ACTIVE, reason, false)) {
            log.execute(() -> LeaseLog.closed(this, borrower, reason, executing));
        }
    }

    /** Closes the connection, because its borrower has leaked it. */
    void reclaim() {
        owner.onLeak();
        discard();
    }

    /** Cancels its statement or closes it, if a timeout has passed. Called by the thread of {@link LeaseWatch}, which must not block. */
    void enforceTimeouts(Duration idleInTransactionTimeout) {
        switch (state.now()) {
            case ACTIVE -> checkActive(idleInTransactionTimeout);
            case CANCELLING -> {
                if (System.nanoTime() - cancelEndNanos >= 0) {
                    boolean silent = physical.awaitsServer();
                    String unanswered = ", and the server has not answered its statement, which was cancelled, within "
                            + cancelTimeout().toMillis() + " ms";
                    expire(LeaseState.CANCELLING, deadline.passed() + (silent ? unanswered : ""), silent);
                }
            }
            case COMMITTING -> {
                if (System.nanoTime() - commitEndNanos >= 0
                        && expire(LeaseState.COMMITTING, LeaseLog.COMMIT_UNANSWERED, true)) {
                    LeaseWatch.BLOCKING.execute(() -> LeaseLog.commitUnanswered(this));
                }
            }
            case EXPIRED -> {
                if (state.abandonAfter(RETURN_GRACE)) {
                    // Nothing that the borrower may be using is closed, but its socket is
                    LeaseWatch.runAnyhow(() -> LeaseLog.withContextOf(this, () -> owner.release(this)));
                }
            }
            case RETURNED -> {
                if (state.isReturnOverdue(LONGEST_RETURN)) { // an Error, such as of a full stack, has ended it
                    unusable = true;
                    LeaseWatch.runAnyhow(() -> owner.release(this));
                }
            }
            case ABANDONED -> {} // it is over
        }
    }

    private void checkActive(Duration maxIdle) {
        boolean awaitsServer = physical.awaitsServer();
        if (deadline.hasPassed()) {
            if (awaitsServer) {
                cancelEndNanos =
                        System.nanoTime() + cancelTimeout().multipliedBy(2).toNanos();
                if (state.move(LeaseState.ACTIVE, LeaseState.CANCELLING)) {
                    LeaseWatch.BLOCKING.execute(this::cancel);
                }
            } else if (deadline.hasPassedFor(cancelTimeout())) {
                forceClose(deadline.passed(), LeaseWatch.BLOCKING);
            }
        } else if (!awaitsServer
                && handle.transaction().isOpen()
                && System.nanoTime() - physical.lastUsedNanos() > maxIdle.toNanos()) {
            forceClose("it has been idle in its transaction for " + maxIdle.toMillis() + " ms", LeaseWatch.BLOCKING);
        }
    }

    /** Returns false if the borrower was faster: it has returned the connection, or is committing. */
    private boolean expire(LeaseState from, String reason, boolean silent) {
        boolean expired = state.expire(from, new LeaseTransitions.Expiry(reason, silent, System.nanoTime()));
        if (expired) {
            physical.closeSocket();
        }
        return expired;
    }

    private Duration cancelTimeout() {
        return CancelTimeout.of(physical);
    }

    private void cancel() {
        owner.onCancel();
        if (state.now() != LeaseState.CANCELLING) {
            return; // the borrower was done meanwhile
        }
        cancelEndNanos = System.nanoTime() + cancelTimeout().toNanos();
        try {
            physical.cancel();
        } catch (SQLException e) {
            LeaseLog.cancelFailed(e);
        }
    }
}
