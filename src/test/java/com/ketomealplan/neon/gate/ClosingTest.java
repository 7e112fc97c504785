package com.ketomealplan.neon.gate;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An evicted connection is closed on a thread of the gate, not on its borrower's, and its slot is free when that is done. */
class ClosingTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private final TestDatabase database = TestDatabase.empty();
    private final HeldThreads threads = new HeldThreads();
    private final WakeGate gate = new WakeGate(database.connector(), System::nanoTime, Timer::after, threads);
    private final Pool pool = pool(Retention.pooled(1, 0, HOUR, HOUR));
    private final Pool perRequest = pool(Retention.perRequest(1));

    private Pool pool(Retention retention) {
        return new ConnectionPool("test", gate, retention, new QueueLimits(LONG, 1_000), HOUR, HOUR);
    }

    @AfterEach
    void stop() {
        threads.release();
        pool.stop();
        perRequest.stop();
    }

    @Test
    void aBorrowerDoesNotWaitForItsConnectionToBeClosed() throws Exception {
        int backend = evict();

        assertThat(pool.statistics().active()).isZero();
        assertThat(threads.held).hasSize(1);
        assertThat(sessions(backend)).isOne();

        threads.release();
        await().until(() -> sessions(backend) == 0);
    }

    @Test
    void itsSlotIsFreeWhenItIsClosed() throws Exception {
        evict();
        FutureTask<String> query = new FutureTask<>(() -> {
            try (Connection connection = pool.getConnection()) {
                return TestPools.value(connection, "SELECT 'served'");
            }
        });
        Thread next = new Thread(query);
        next.start();
        await().until(() -> next.getState() == Thread.State.TIMED_WAITING); // it has asked for what it may have

        assertThat(pool.statistics().waiting()).isOne();
        assertThat(gate.snapshot().attempting()).isFalse();

        threads.release();
        assertThat(query.get(30, TimeUnit.SECONDS)).isEqualTo("served");
    }

    /** A platform may freeze the process once the request is answered. */
    @Test
    void aConnectionOfOneRequestIsClosedByItsBorrower() throws Exception {
        int backend;
        try (Connection connection = perRequest.getConnection()) {
            backend = TestPools.backend(connection);
            threads.hold();
        }
        assertThat(threads.held).isEmpty();
        await().until(() -> sessions(backend) == 0);
    }

    /** Returns a connection inside a transaction, and its backend. It is not closed until {@link HeldThreads#release}. */
    private int evict() throws Exception {
        try (Connection connection = pool.getConnection()) {
            threads.hold();
            connection.setAutoCommit(false);
            return TestPools.backend(connection);
        }
    }

    private int sessions(int backend) {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
                        .bind("pid", backend)
                        .mapTo(int.class)
                        .one());
    }

    /** Runs each task on a thread of its own, but not between {@link #hold} and {@link #release}. */
    private static final class HeldThreads implements Executor {

        private final Executor threads = GateThreads.newExecutor();
        private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        private volatile boolean holding;

        void hold() {
            holding = true;
        }

        void release() {
            holding = false;
            for (Runnable task = held.poll(); task != null; task = held.poll()) {
                threads.execute(task);
            }
        }

        @Override
        public void execute(Runnable task) {
            if (holding) {
                held.add(task);
            } else {
                threads.execute(task);
            }
        }
    }
}
