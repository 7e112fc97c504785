package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.UnansweredException;
import com.ketomealplan.neon.handle.LeasedTransaction.Commit;
import java.sql.SQLException;

/** Sends COMMIT, with the statement that was kept for it, and records what became of it. Used by one thread. */
final class CommitFlight {

    private final HandleLease lease;
    private final PhysicalConnection physical;
    private Commit outcome = Commit.NOT_SENT;
    private LastStatement statement; // null if none

    CommitFlight(HandleLease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
    }

    /** Returns what became of the last one. */
    Commit outcome() {
        return outcome;
    }

    void outcome(Commit known) {
        outcome = known;
    }

    /** Keeps a statement that is sent with COMMIT. */
    void keep(LastStatement last) {
        statement = last;
    }

    void dropStatement() {
        statement = null;
    }

    boolean hasStatement() {
        return statement != null;
    }

    /**
     * Sends it, after {@link HandleLease#startCommit}, which it ends.
     *
     * @throws UnansweredException if it was not answered, unless nothing can have been changed
     */
    void send(boolean readOnly) throws SQLException {
        outcome = Commit.UNANSWERED;
        try {
            if (statement == null) {
                physical.commit();
            } else {
                statement.sendWithCommit(physical.jdbc());
            }
            outcome = Commit.DONE;
        } catch (SQLException e) {
            outcome = physical.isOpen() ? Commit.REFUSED : Commit.UNANSWERED;
            throw outcome == Commit.REFUSED || readOnly ? e : new UnansweredException(e);
        } finally {
            lease.endCommit();
            statement = null;
        }
    }
}
