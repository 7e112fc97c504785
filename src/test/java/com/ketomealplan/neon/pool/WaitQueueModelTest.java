package com.ketomealplan.neon.pool;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.testing.Interleavings;
import com.ketomealplan.testing.Planted;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The wait queue in many interleavings of callers that join, a connection that is returned, and waits that time out. */
@Tag("campaign")
@Tag("campaign-only")
class WaitQueueModelTest {

    /** A second for ten of them: each has two threads that park, and one that polls them. */
    private static final int MOST = 200;

    @Test
    void noConnectionIsLostOrHasTwoOwners() {
        Interleavings.of(new Model(), MOST);
    }

    /** It looks through a queue that others change, and one of them waits for ever. */
    @Test
    void theCheckFindsAnExpiryThatDoesNotLock() {
        assertThatThrownBy(() -> Interleavings.ofBroken(new Model(), Planted.in(Waiters.class, "expire", Model.class)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("has hung", Interleavings.FOUND);
    }

    /** Two callers want the only connection, which is returned, while the waits of both time out. */
    static final class Model implements Runnable {

        private static final WakeGate GATE = new WakeGate(new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                throw new SQLException("nothing is opened");
            }

            @Override
            public String target() {
                return "model";
            }
        });

        private final ReentrantLock lock = new ReentrantLock();
        private final Retention retention = Retention.pooled(1, 0, Duration.ofHours(1), Duration.ofHours(1));
        private final QueueLimits limits = new QueueLimits(Duration.ofHours(1), 10);

        @Override
        public void run() {
            PoolState state = new PoolState(lock, retention, limits, null);
            PoolOpenings openings = new PoolOpenings(null, GATE, retention, state);
            Waiters waiters = new Waiters("model", GATE, limits, new Listeners<>(), state, openings);
            PooledConnection only = new PooledConnection(null, null, 1, 0);
            state.bag().markBorrowed(only);
            Caller first = new Caller(waiters, state);
            Caller second = new Caller(waiters, state);
            Interleavings.atOnce(first, second, () -> {
                returnConnection(only, waiters, state);
                while (!first.done || !second.done) {
                    waiters.expire();
                }
            });

            int owners = first.owners() + second.owners();
            int idle = state.bag().size() - state.bag().borrowed().size();
            require(owners <= 1, "it has " + owners + " owners");
            require(owners + idle == 1, owners + " have it, and " + idle + " is idle");
            require(state.bag().borrowed().size() == owners, "the bag does not know its owner");
            require(state.queue().isEmpty(), "a waiter is left");
        }

        private void returnConnection(PooledConnection connection, Waiters waiters, PoolState state) {
            lock.lock();
            try {
                state.bag().markReturned(connection);
                waiters.offer(connection);
            } finally {
                lock.unlock();
            }
        }

        private static void require(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }

        /** Borrows an idle connection, or waits for one. */
        private final class Caller implements Runnable {

            private final Waiters waiters;
            private final PoolState state;
            private PooledConnection has;
            private volatile boolean done;

            Caller(Waiters waiters, PoolState state) {
                this.waiters = waiters;
                this.state = state;
            }

            @Override
            public void run() {
                Waiter waiter = null;
                lock.lock();
                try {
                    has = state.bag().borrow();
                    if (has == null) {
                        waiter = new Waiter(waiters, false, Duration.ZERO);
                        state.queue().add(waiter);
                    }
                } finally {
                    lock.unlock();
                }
                if (waiter != null) {
                    has = awaitConnection(waiter);
                }
                done = true;
            }

            /** Null if its wait has timed out. */
            private PooledConnection awaitConnection(Waiter waiter) {
                try {
                    return waiter.await();
                } catch (SQLException e) {
                    return null;
                }
            }

            int owners() {
                return has == null ? 0 : 1;
            }
        }
    }
}
