package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static com.ketomealplan.neon.pool.core.TestPools.resultOf;
import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.ConnectionReceiver;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** No caller waits while a connection is idle: two races in which a wake-up could be lost. */
class LostWakeUpTest {

    private static TestDatabase database;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
    }

    /** The only connection is returned after the caller has found none idle, and before it joins the wait queue. Nothing else would wake it. */
    @Test
    void aCallerThatArrivesAsTheOnlyConnectionIsReturnedBorrowsIt() throws Exception {
        Thread caller = Thread.currentThread();
        AtomicReference<Connection> returned = new AtomicReference<>();
        Pool pool = pool(new WakeGate(database.connector()), new ReentrantLock() {
            private static final long serialVersionUID = 1L;

            @Override
            public void unlock() {
                super.unlock();
                Connection out = Thread.currentThread() == caller ? returned.getAndSet(null) : null;
                if (out != null) {
                    close(out);
                }
            }
        });
        Connection only = pool.getConnection();
        returned.set(only); // as soon as the caller has found none idle

        try (Connection next = pool.getConnection()) {
            assertThat(only.isClosed()).isTrue();
            assertThat(TestPools.leased(next).waited()).isZero();
        }
        assertThat(pool.statistics().opened()).isEqualTo(1);
        pool.stop();
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** With one connection at most. */
    private static Pool pool(WakeGate gate, ReentrantLock lock) {
        return new ConnectionPool(
                "test",
                gate,
                Retention.pooled(1, 0, TestPools.HOUR, TestPools.HOUR),
                new QueueLimits(TestPools.LONG, 10),
                TestPools.HOUR,
                TestPools.HOUR,
                lock);
    }

    /**
     * An opening is cancelled, because the waiter for which it was requested has left the wait queue, while another caller joins and
     * counts on it. Then another opening has to be requested; nothing else would do that.
     */
    @Test
    void aCallerThatArrivesAsAnOpeningIsCancelledGetsAnotherOne() throws Exception {
        Semaphore mayOpen = new Semaphore(0);
        WakeGate gate = new WakeGate(TestPools.heldUpBy(database.connector(), mayOpen));
        Pool pool = pool(gate, new ReentrantLock());
        Other other = new Other(gate, new CompletableFuture<>());
        gate.request(other); // the one attempt that is under way, so that others wait in the gate
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<Thread> nextThread = new CompletableFuture<>();
        CompletableFuture<Connection> leaving = borrow(pool, thread);
        await().until(() -> pool.statistics().waiting() == 1);
        CompletableFuture<Connection> coming;
        synchronized (gate) { // no opening can be cancelled
            thread.join().interrupt();
            awaitBlocked(thread.join());
            coming = borrow(pool, nextThread);
            awaitBlocked(nextThread.join());
        }
        assertThat(failureOf(leaving)).hasMessage("interrupted while waiting for a connection");
        mayOpen.release(2);

        resultOf(coming).close();
        assertThat(resultOf(other.closed())).isTrue();
        pool.stop();
    }

    private static CompletableFuture<Connection> borrow(Pool pool, CompletableFuture<Thread> thread) {
        return Clients.async(() -> {
            thread.complete(Thread.currentThread());
            return pool.getConnection();
        });
    }

    /** Each of them calls the gate as soon as it has left the wait queue, or joined it. */
    private static void awaitBlocked(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.BLOCKED);
    }

    /** A caller of the gate beside the pool. */
    private record Other(WakeGate gate, CompletableFuture<Boolean> closed) implements ConnectionReceiver {

        @Override
        public void onOpened(PhysicalConnection connection) {
            gate.close(connection);
            closed.complete(true);
        }

        @Override
        public void onFailed(OpeningFailedException reason) {
            closed.completeExceptionally(reason);
        }
    }
}
