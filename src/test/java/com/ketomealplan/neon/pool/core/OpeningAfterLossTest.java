package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many connections are opened at once after the server has ended those that were open. */
class OpeningAfterLossTest {

    private static final int MAX = 8;

    /** More attempts than the test makes. */
    private static final int MANY = 1_000;

    @RegisterExtension
    final TestPools pools = new TestPools();

    /** A compute that was suspended has to wake, and one attempt wakes it as soon as ten. One borrower has not noticed yet. */
    @Test
    void oneIsOpenedAtFirstThoughNotAllAreFoundLostYet() throws Exception {
        TestDatabase database = TestDatabase.empty();
        Semaphore mayOpen = new Semaphore(MANY);
        Pool pool = pools.keeping(MAX, TestPools.heldUpBy(database.connector(), mayOpen));
        List<Connection> borrowed = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            borrowed.add(pool.getConnection());
        }
        Connection unaware = borrowed.remove(0);
        for (Connection connection : borrowed) {
            connection.close();
        }
        database.terminateSessions();
        mayOpen.drainPermits();

        List<CompletableFuture<Integer>> callers = Clients.start(MAX - 1, () -> TestPools.backendAtLast(pool));
        await().until(() -> pool.statistics().waiting() == MAX - 1);
        awaitGrowth();
        await().until(mayOpen::hasQueuedThreads);
        int held = mayOpen.getQueueLength();
        mayOpen.release(MANY);

        assertThat(Clients.join(callers)).hasSize(MAX - 1);
        assertThat(held).isEqualTo(1);
        unaware.close();
    }

    /** The queue's growth is decided on the same thread. */
    private static void awaitGrowth() throws InterruptedException {
        CountDownLatch samples = new CountDownLatch(1);
        Timer.after(GrowthRule.SAMPLE_INTERVAL.multipliedBy(4), samples::countDown);
        samples.await();
    }
}
