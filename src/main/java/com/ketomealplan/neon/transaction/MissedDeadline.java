package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.lease.DeadlineExceededException;
import com.ketomealplan.neon.lease.LeasedTransaction;
import java.util.Optional;

/** What is thrown for a unit whose time was over: with what it has gone by with, and who blocked its statement, if that was found out. */
final class MissedDeadline {

    private MissedDeadline() {}

    /**
     * Returns the same failure, unless its time was over: a statement may also be cancelled by somebody else, or by a shorter time-out of
     * the server's, and that is no missed deadline.
     *
     * @param lease of the unit, rolled back and not yet given back; empty if it had none
     */
    static Exception explain(Exception failure, Optional<LeasedTransaction> lease) {
        Failure judged = Failure.of(failure);
        if (lease.isEmpty() || judged.outcome() != Failure.Outcome.ROLLED_BACK) {
            return failure;
        }
        Optional<String> ended = lease.get().closeReason();
        boolean missed = judged.kind() == FailureKind.TIMEOUT && lease.get().isTimedOut();
        if (ended.isEmpty() && !missed) {
            return failure;
        }
        String what =
                ended.map(reason -> "the connection was closed: " + reason).orElse(judged.cause());
        return new DeadlineExceededException(what, lease.get().describeTimes(), failure);
    }
}
