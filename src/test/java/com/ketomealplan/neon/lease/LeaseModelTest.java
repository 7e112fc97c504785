package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.Interleavings;
import com.ketomealplan.testing.Planted;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The states of a lease in many interleavings of the threads that change them. */
@Tag("campaign-only")
class LeaseModelTest {

    @Test
    void aLeaseIsReturnedOnceAndNoCommitIsCancelled() {
        Interleavings.of(new Model());
    }

    /** Two threads have then returned one connection, which may have two borrowers from then on. */
    @Test
    void theCheckFindsAReturnThatIsNotAtomic() {
        assertThatThrownBy(() ->
                        Interleavings.ofBroken(new Model(), Planted.in(LeaseTransitions.class, "release", Model.class)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("returned 2 times");
    }

    /** The borrower commits and returns, another thread returns too, and the watch cancels and closes. */
    static final class Model implements Runnable {

        private static final LeaseTransitions.Expiry OVER =
                new LeaseTransitions.Expiry("its deadline has passed", false, System.nanoTime());

        @Override
        public void run() {
            LeaseTransitions lease = new LeaseTransitions();
            AtomicInteger returns = new AtomicInteger();
            Interleavings.atOnce(
                    () -> {
                        commit(lease);
                        release(lease, returns);
                    },
                    () -> release(lease, returns),
                    () -> watch(lease, returns));
            require(returns.get() == 1, "returned " + returns.get() + " times");
            require(lease.now() == LeaseState.RETURNED, "it is " + lease.now());
        }

        private static void commit(LeaseTransitions lease) {
            if (lease.move(LeaseState.ACTIVE, LeaseState.COMMITTING)) {
                LeaseState now = lease.now(); // here COMMIT is under way
                require(now != LeaseState.ACTIVE && now != LeaseState.CANCELLING, "a COMMIT is " + now);
                lease.move(LeaseState.COMMITTING, LeaseState.ACTIVE);
            }
        }

        /** A thread that has cancelled or closed it finds it in that state, also after its return. */
        private static void watch(LeaseTransitions lease, AtomicInteger returns) {
            if (lease.move(LeaseState.ACTIVE, LeaseState.CANCELLING)) {
                require(lease.last() == LeaseState.CANCELLING, "it was cancelled, and is " + lease.last());
                if (lease.expire(LeaseState.CANCELLING, OVER)) {
                    require(lease.last() == LeaseState.EXPIRED, "it was closed, and is " + lease.last());
                    require(lease.expiry().isPresent(), "there is no reason for its close");
                    abandon(lease, returns);
                }
            } else if (lease.expire(LeaseState.COMMITTING, OVER)) {
                require(lease.last() == LeaseState.EXPIRED, "it was closed, and is " + lease.last());
                abandon(lease, returns);
            }
        }

        /** It makes room in place of a borrower that has not returned it; that one may do it later. */
        private static void abandon(LeaseTransitions lease, AtomicInteger returns) {
            if (lease.abandonAfter(Duration.ZERO)) {
                returns.incrementAndGet();
                require(lease.expiry().isPresent(), "there is no reason for its close");
            }
        }

        private static void release(LeaseTransitions lease, AtomicInteger returns) {
            Optional<LeaseState> from = lease.release();
            if (from.isPresent() && from.get() != LeaseState.ABANDONED) {
                returns.incrementAndGet();
                require(lease.last() == from.get(), "returned from " + from + " and from " + lease.last());
                require(
                        lease.expiry().isPresent() == (from.get() == LeaseState.EXPIRED),
                        "returned from " + from + ", closed because " + lease.expiry());
            }
        }

        private static void require(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
