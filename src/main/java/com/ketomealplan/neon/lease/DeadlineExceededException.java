package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.Staged;
import java.sql.SQLTimeoutException;
import java.util.Optional;

/** The deadline passed before the work was done. What was done is rolled back. */
public final class DeadlineExceededException extends SQLTimeoutException implements Staged {

    private static final long serialVersionUID = 1L;

    DeadlineExceededException(String doing, Deadline deadline) {
        super("the deadline of " + deadline.time().toMillis() + " ms passed before " + doing, "57014");
    }

    /**
     * A unit of work was not done in time.
     *
     * @param times what its time has gone by with
     */
    public DeadlineExceededException(String reason, String times, Throwable complaint) {
        super(reason + "; " + times, "57014", complaint);
    }

    /**
     * The connection was closed under its borrower.
     *
     * @param complaint what the driver said of it
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
