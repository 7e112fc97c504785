package com.ketomealplan.neon.pool.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.Interleavings;
import com.ketomealplan.testing.Planted;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The wait queue in many orders of those who come, come back, and find that somebody's time is over. */
@Tag("campaign-only")
class WaitQueueModelTest {

    /** A second for ten of them: each has two threads that park, and one that looks at them. */
    private static final int MOST = 200;

    @Test
    void noConnectionIsLostOrHasTwoOwners() {
        Interleavings.of(new Model(), MOST);
    }

    @Test
    void whoLeavesAsHeIsServedLosesNoConnection() {
        Interleavings.of(new OneLeaves(), MOST);
    }

    /** He is told that he has left in time, although he was served: nobody has the connection. */
    @Test
    void theCheckFindsALeaveThatOverlooksThatHeWasServed() {
        assertThatThrownBy(() -> Interleavings.ofBroken(
                        new OneLeaves(), Planted.alwaysTrue(WaitCoordinator.class, "leave", OneLeaves.class)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("0 have it, and 0 is idle");
    }

    /** Two callers want the only connection, which is returned, while the waits of both time out. */
    static final class Model implements Runnable {

        @Override
        public void run() {
            ModelPool pool = new ModelPool();
            Caller first = new Caller(pool);
            Caller second = new Caller(pool);
            Interleavings.atOnce(first, second, () -> {
                pool.returnConnection();
                while (!first.done || !second.done) {
                    pool.waits.expire();
                }
            });
            pool.requireOneOwner(first.owners() + second.owners());
        }
    }

    /** One who waits for it already leaves while it comes back, as one who is interrupted does, unless he is served before. */
    static final class OneLeaves implements Runnable {

        @Override
        public void run() {
            ModelPool pool = new ModelPool();
            Caller caller = new Caller(pool);
            Waiter waiter = caller.join();
            Interleavings.atOnce(() -> caller.leave(waiter), pool::returnConnection);
            pool.requireOneOwner(caller.owners());
        }
    }

    /** The queue of a pool whose only connection is borrowed. */
    private static final class ModelPool {

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
        private final PoolState state = new PoolState(lock, retention, limits, null);
        private final WaitCoordinator waits = new WaitCoordinator(
                "model",
                GATE,
                limits,
                new Listeners<>(),
                state,
                new RequestedConnections(null, GATE, retention, state));
        private final PooledConnection only = new PooledConnection(null, null, 1, 0);

        ModelPool() {
            state.bag().markBorrowed(only);
        }

        void returnConnection() {
            lock.lock();
            try {
                state.bag().markReturned(only, null);
                waits.offer(only);
            } finally {
                lock.unlock();
            }
        }

        void requireOneOwner(int owners) {
            int idle = state.bag().size() - state.bag().active().size();
            require(owners <= 1, "it has " + owners + " owners");
            require(owners + idle == 1, owners + " have it, and " + idle + " is idle");
            require(state.bag().active().size() == owners, "the bag does not know its owner");
            require(state.queue().isEmpty(), "a waiter is left");
        }

        private static void require(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }

    /** Borrows an idle connection, or waits for one. */
    private static final class Caller implements Runnable {

        private final ModelPool pool;
        private PooledConnection has;
        private volatile boolean done;

        Caller(ModelPool pool) {
            this.pool = pool;
        }

        @Override
        public void run() {
            await(join());
        }

        /** Null if it need not wait. */
        Waiter join() {
            pool.lock.lock();
            try {
                has = pool.state.bag().borrow();
                if (has != null) {
                    return null;
                }
                Waiter waiter = new Waiter(pool.waits, false, Duration.ZERO);
                pool.state.queue().add(waiter);
                return waiter;
            } finally {
                pool.lock.unlock();
            }
        }

        void await(Waiter waiter) {
            if (waiter != null) {
                has = called(waiter);
            }
            done = true;
        }

        void leave(Waiter waiter) {
            if (!pool.waits.leave(waiter)) {
                await(waiter);
            }
        }

        /** Null if his time was over. */
        private static PooledConnection called(Waiter waiter) {
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
