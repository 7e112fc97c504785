package com.ketomealplan.neon.pool;

import static com.ketomealplan.neon.pool.TestPools.failureOf;
import static com.ketomealplan.neon.pool.TestPools.resultOf;
import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nobody waits for a connection that lies idle. */
class LostWakeUpTest {

    private static TestDatabase database;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
    }

    /** The only connection comes back while he has found none idle, and is not yet in line. Nothing else would remind the pool of him. */
    @Test
    void whoComesAsTheOnlyConnectionIsReturnedGetsIt() throws Exception {
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
        returned.set(only); // as soon as it has been looked for

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

    /** Of one connection. */
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
     * An opening is taken back, because he has left the line for whom it was asked, while another one comes who counts on it. Then
     * another one has to be asked for; nothing else would have it done.
     */
    @Test
    void whoComesAsAnOpeningIsTakenBackHasOneOfHisOwn() throws Exception {
        Semaphore mayOpen = new Semaphore(0);
        WakeGate gate = new WakeGate(heldUpBy(mayOpen));
        Pool pool = pool(gate, new ReentrantLock());
        Other other = new Other(gate, new CompletableFuture<>());
        gate.request(other); // the one attempt that is under way, so that others wait in the gate
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<Thread> nextThread = new CompletableFuture<>();
        CompletableFuture<Connection> leaving = borrow(pool, thread);
        await().until(() -> pool.statistics().waiting() == 1);
        CompletableFuture<Connection> coming;
        synchronized (gate) { // nobody takes anything back
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

    /** Each of them asks the gate for something as soon as he has left the line, or is in it. */
    private static void awaitBlocked(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.BLOCKED);
    }

    private static Connector heldUpBy(Semaphore mayOpen) {
        Connector original = database.connector();
        return new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                mayOpen.acquireUninterruptibly();
                return original.open(atMost, entered);
            }

            @Override
            public String target() {
                return original.target();
            }
        };
    }

    /** Somebody beside the pool. */
    private record Other(WakeGate gate, CompletableFuture<Boolean> closed) implements WakeGate.Caller {

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
