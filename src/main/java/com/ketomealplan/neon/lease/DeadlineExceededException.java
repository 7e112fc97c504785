package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.HasFailureStage;
import java.sql.SQLTimeoutException;
import java.util.Optional;

/** Thrown if the deadline passed before the work was done. Its transaction is rolled back. */
public final class DeadlineExceededException extends SQLTimeoutException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    DeadlineExceededException(String doing, Deadline deadline) {
        super("the deadline of " + deadline.duration().toMillis() + " ms passed before " + doing, "57014");
    }

    /**
     * Creates the exception of a unit of work.
     *
     * @param times how its time was spent
     */
    public DeadlineExceededException(String reason, String times, Throwable complaint) {
        super(reason + "; " + times, "57014", complaint);
    }

    /**
     * Creates the exception of a connection that was closed under its borrower.
     *
     * @param complaint the driver's exception, if any
     */
    public DeadlineExceededException(String reason, Throwable complaint) {
        super("the connection was closed: " + reason, "57014", complaint);
    }

    @Override
    public Stage stage() {
        return Stage.WORKING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(FailureKind.TIMEOUT);
    }
}
