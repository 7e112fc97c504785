package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.LONG;
import static com.ketomealplan.neon.pool.core.TestPools.evictions;
import static com.ketomealplan.neon.pool.core.TestPools.failureOf;
import static com.ketomealplan.neon.pool.core.TestPools.resultOf;
import static com.ketomealplan.neon.pool.core.TestPools.through;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The wait queue of a pool: its order, and that neither a waiter nor a connection is lost. */
class WaitQueueTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
    }

    private Pool ofOne() {
        return pools.keeping(1, database.connector());
    }

    /** Starts a call that is in the wait queue when this returns, or has left it already. */
    private static <T> CompletableFuture<T> enqueue(Pool pool, Callable<T> call) {
        int before = pool.statistics().waiting();
        CompletableFuture<T> result = Clients.async(call);
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> pool.statistics().waiting() == before + 1 || result.isDone());
        return result;
    }

    private static CompletableFuture<String> enqueue(Pool pool, Duration deadline) {
        return enqueue(pool, () -> Deadline.within(deadline, Duration.ZERO, () -> borrow(pool)));
    }

    private static String borrow(Pool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return value(connection, "SELECT 'served'");
        }
    }

    /** All connections are where they belong, and can be borrowed at the same time. */
    private static void assertNothingLost(Pool pool) throws SQLException {
        PoolStatistics now = pool.statistics();
        assertThat(now.active()).isZero();
        assertThat(now.waiting()).isZero();
        assertThat(now.returned()).isEqualTo(now.borrowed());
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < now.max(); i++) {
            all.add(pool.getConnection());
        }
        assertThat(pool.statistics().active()).isEqualTo(now.max());
        for (Connection connection : all) {
            connection.close();
        }
    }

    @Test
    void firstComeFirstServed() throws Exception {
        Pool pool = ofOne();
        List<Integer> served = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Boolean>> callers = new ArrayList<>();
        try (Connection only = pool.getConnection()) {
            for (int i = 0; i < 8; i++) {
                int number = i;
                callers.add(enqueue(pool, () -> {
                    try (Connection connection = pool.getConnection()) {
                        return served.add(number) && connection.getAutoCommit();
                    }
                }));
            }
            assertThat(only.isClosed()).isFalse();
            assertThat(served).isEmpty();
        }

        Clients.join(callers);
        assertThat(served).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(pool.statistics().opened()).isEqualTo(1);
        assertNothingLost(pool);
    }

    /** A caller that arrives as a connection is returned does not overtake the waiters. */
    @Test
    void aReturnedConnectionIsOfferedToTheFirstWaiterAndNotToTheBorrowerThatReturnsIt() throws Exception {
        Pool pool = ofOne();
        CountDownLatch maySendOn = new CountDownLatch(1);
        Connection first = pool.getConnection();
        CompletableFuture<Boolean> waiter = enqueue(pool, () -> {
            try (Connection connection = pool.getConnection()) {
                maySendOn.await();
                return connection.getAutoCommit();
            }
        });

        first.close();

        assertThat(pool.statistics().active()).isEqualTo(1);
        assertThat(pool.statistics().idle()).isZero();
        CompletableFuture<String> again = enqueue(pool, LONG);
        assertThat(waiter).isNotDone();
        maySendOn.countDown();
        assertThat(resultOf(waiter)).isTrue();
        assertThat(resultOf(again)).isEqualTo("served");
    }

    @Test
    void aWaiterThatTimesOutLeavesTheQueue() throws Exception {
        Pool pool = ofOne();
        List<CompletableFuture<String>> patient = new ArrayList<>();
        try (Connection only = pool.getConnection()) {
            patient.add(enqueue(pool, LONG));
            CompletableFuture<String> impatient = enqueue(pool, Duration.ofSeconds(2));
            patient.add(enqueue(pool, LONG));

            assertThat(failureOf(impatient))
                    .isInstanceOf(PoolExhaustedException.class)
                    .hasMessageContaining("no connection became available within");
            assertThat(pool.statistics().waiting()).isEqualTo(2);
            assertThat(pool.statistics().timeouts()).isEqualTo(1);
            assertThat(only.isClosed()).isFalse();
        }

        assertThat(Clients.join(patient)).containsOnly("served");
        assertNothingLost(pool);
    }

    @Test
    void anInterruptedWaiterLeavesTheQueue() throws Exception {
        Pool pool = ofOne();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Connection only = pool.getConnection();
        CompletableFuture<Boolean> interrupted = enqueue(pool, () -> {
            thread.complete(Thread.currentThread());
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessage("interrupted while waiting for a connection");
            return Thread.currentThread().isInterrupted();
        });
        CompletableFuture<String> patient = enqueue(pool, LONG);

        thread.join().interrupt();

        assertThat(resultOf(interrupted)).isTrue();
        assertThat(pool.statistics().waiting()).isEqualTo(1);
        only.close();
        assertThat(resultOf(patient)).isEqualTo("served");
        assertNothingLost(pool);
    }

    /** Its wait times out while another thread offers it a connection: one of the two threads has to return that. */
    @Test
    @Tag("campaign")
    void aConnectionOfferedToAWaiterThatTimesOutIsNotLost() throws Exception {
        Pool pool = pools.of(2, database.connector(), new QueueLimits(Duration.ofNanos(200_000), 1_000), LONG);
        await().ignoreExceptions().until(() -> borrow(pool).equals("served"));
        AtomicInteger servedAfterWait = new AtomicInteger();
        int rounds = Ring.times(500, 20_000);

        Clients.atOnce(8, () -> {
            for (int i = 0; i < rounds; i++) {
                try (Connection connection = pool.getConnection()) {
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(200_000));
                    if (!TestPools.leased(connection).waited().isZero()) {
                        servedAfterWait.incrementAndGet();
                    }
                } catch (PoolExhaustedException e) {
                    // it timed out, or was rejected
                }
            }
            return null;
        });

        assertThat(pool.statistics().timeouts()).isPositive();
        assertThat(servedAfterWait).hasPositiveValue();
        await().ignoreExceptions().until(() -> {
            assertNothingLost(pool);
            return true;
        });
    }

    @Test
    @Tag("campaign")
    void aConnectionOfferedToAWaiterThatIsInterruptedIsNotLost() throws Exception {
        Pool pool = ofOne();
        for (int i = 0; i < Ring.times(200, 5_000); i++) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            Connection only = pool.getConnection();
            CompletableFuture<Boolean> caller = Clients.async(() -> {
                thread.complete(Thread.currentThread());
                try (Connection connection = pool.getConnection()) {
                    return connection.getAutoCommit();
                } catch (SQLException e) {
                    return Thread.currentThread().isInterrupted();
                }
            });
            Thread waiter = thread.join();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> pool.statistics().waiting() == 1);
            List<Callable<Void>> atOnce = List.of(
                    () -> {
                        waiter.interrupt();
                        return null;
                    },
                    () -> {
                        only.close();
                        return null;
                    });
            AtomicInteger next = new AtomicInteger();
            Clients.atOnce(2, () -> atOnce.get(next.getAndIncrement()).call());
            assertThat(resultOf(caller)).isTrue();
        }
        assertNothingLost(pool);
    }

    @Test
    void stoppingThePoolFailsItsWaiters() throws Exception {
        Pool pool = ofOne();
        try (Connection only = pool.getConnection()) {
            List<CompletableFuture<String>> waiting = List.of(enqueue(pool, LONG), enqueue(pool, LONG));

            pool.stop();

            for (CompletableFuture<String> caller : waiting) {
                assertThat(failureOf(caller)).isInstanceOf(SQLException.class).hasMessage("test: the pool is closed");
            }
            assertThat(pool.statistics().waiting()).isZero();
            assertThatThrownBy(() -> value(only, "SELECT 1")).hasMessageContaining("the pool is closed");
        }
        await().until(() -> pool.statistics().size() == 0);
    }

    /** No return will serve the waiters, so another connection is opened for them. */
    @Test
    void anEvictedConnectionIsReplacedForTheWaiters() throws Exception {
        Pool pool = ofOne();
        List<EvictionReason> evictions = evictions(pool);
        Connection only = pool.getConnection();
        List<CompletableFuture<String>> waiting = List.of(enqueue(pool, LONG), enqueue(pool, LONG));

        only.abort(Runnable::run);

        assertThat(Clients.join(waiting)).containsOnly("served");
        assertThat(evictions).hasSize(1);
        assertThat(pool.statistics().opened()).isEqualTo(2);
        assertNothingLost(pool);
    }

    /** The one that is borrowed may not be returned for long, as where its statement hangs. */
    @Test
    void aWaiterIsNotKeptWaitingWhereNoConnectionCanBeOpened() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            Pool pool = pools.keeping(2, through(proxy, database));
            try (Connection held = pool.getConnection()) {
                proxy.refuseLogins("password authentication failed for user 'u'");

                assertThatThrownBy(() -> borrow(pool))
                        .isInstanceOf(OpeningFailedException.class)
                        .hasMessageContaining("password authentication failed");

                assertThat(pool.statistics().timeouts()).isZero();
                assertThat(held.isClosed()).isFalse();
            }
        }
    }

    @Test
    void aConnectionOpenedForAWaiterThatTimedOutIsForTheNextOne() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            Pool pool = pools.keeping(1, through(proxy, database));
            proxy.stallConnects(true);
            CompletableFuture<String> impatient = enqueue(pool, Duration.ofSeconds(2));
            await().until(() -> proxy.connects() == 1);
            assertThat(failureOf(impatient))
                    .isInstanceOf(PoolExhaustedException.class)
                    .hasMessageContaining("the attempt is still under way");

            proxy.stallConnects(false);

            await().until(() -> pool.statistics().idle() == 1);
            assertThat(borrow(pool)).isEqualTo("served");
            assertThat(proxy.connects()).isEqualTo(1);
            assertNothingLost(pool);
        }
    }

    /** They are served within a moment of the wake, or not at all. */
    @Test
    void whileNoConnectionIsOpenAnyNumberMayWait() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            Pool pool = pools.of(1, through(proxy, database), new QueueLimits(LONG, 1), LONG);
            proxy.stallConnects(true);
            List<CompletableFuture<String>> callers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                callers.add(enqueue(pool, LONG));
            }
            proxy.stallConnects(false);

            assertThat(Clients.join(callers)).containsOnly("served");
            assertThat(pool.statistics().rejected()).isZero();
        }
    }

    @Test
    void aFullQueueRejectsACallerAndServesItsWaiters() throws Exception {
        Pool pool = pools.of(1, database.connector(), new QueueLimits(LONG, 1), LONG);
        Connection only = pool.getConnection();
        CompletableFuture<String> waiting = enqueue(pool, LONG);

        assertThat(failureOf(Clients.async(() -> Deadline.within(LONG, Duration.ZERO, () -> borrow(pool)))))
                .isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("wait queue full (limit 1)");

        assertThat(pool.statistics().rejected()).isEqualTo(1);
        assertThat(pool.statistics().waiting()).isEqualTo(1);
        only.close();
        assertThat(resultOf(waiting)).isEqualTo("served");
        assertNothingLost(pool);
    }
}
