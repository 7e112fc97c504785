package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.lease.DeadlineExceededException;
import java.util.Optional;

/** Adds to a timeout how the unit's time was spent, and which session blocked its statement, if known. */
final class MissedDeadline {

    private MissedDeadline() {}

    /**
     * Returns a {@link DeadlineExceededException} for a failure after the unit's deadline, or on a connection that was closed under it, and
     * any other failure as it is: a statement may also be cancelled by another session, or by a shorter timeout of the server, and that is
     * no missed deadline.
     *
     * @param transaction the unit's transaction, rolled back and not yet returned; empty if it had none
     */
    static Exception explain(Exception failure, Optional<LeasedTransaction> transaction) {
        Failure classified = Failure.of(failure);
        if (transaction.isEmpty() || classified.outcome() != Failure.Outcome.ROLLED_BACK) {
            return failure;
        }
        Optional<String> ended = transaction.get().closeReason();
        boolean missed =
                classified.kind() == FailureKind.TIMEOUT && transaction.get().isTimedOut();
        if (ended.isEmpty() && !missed) {
            return failure;
        }
        String what =
                ended.map(reason -> "the connection was closed: " + reason).orElse(classified.cause());
        return new DeadlineExceededException(what, transaction.get().describeTimes(), failure);
    }
}
