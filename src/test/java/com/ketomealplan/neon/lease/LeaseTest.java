package com.ketomealplan.neon.lease;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.testing.TestDatabase;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The timeouts of a lease, enforced by the test. */
class LeaseTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static final LeaseOwner NOBODY = new LeaseOwner() {
        @Override
        public void release(Lease lease) {
            // the connection is the test's
        }

        @Override
        public void onLeak() {
            throw new AssertionError("a leak");
        }

        @Override
        public void onCancel() {
            throw new AssertionError("a COMMIT is not cancelled");
        }
    };

    /**
     * Half of what is left would be a few milliseconds, after which a healthy server would be taken for one that does not answer. Again,
     * where a busy machine needs more than {@link CancelTimeout}.
     */
    @Test
    void aCommitJustBeforeTheDeadlineHasTheTimeOfACancelRequest() throws Exception {
        try (PhysicalConnection physical = TestDatabase.empty().connector().open()) {
            await().ignoreExceptions().untilAsserted(() -> {
                Deadline deadline = Deadline.in(Duration.ofMillis(20));
                Lease lease = new Lease(physical, NOBODY, Duration.ZERO, Optional.empty(), deadline);
                lease.startCommit();
                while (!deadline.hasPassed()) {
                    Thread.onSpinWait();
                }

                lease.enforceTimeouts(HOUR);

                assertThat(lease.closeReason()).isEmpty();
            });
        }
    }
}
