package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many connections are opened at once after the server has ended those that were open. */
class OpeningAfterLossTest {

    private static final int MAX = 8;

    @RegisterExtension
    final TestPools pools = new TestPools();

    /** A compute that was suspended has to wake, and one attempt wakes it as soon as ten. One borrower has not noticed yet. */
    @Test
    void oneIsOpenedAtFirstThoughNotAllAreFoundLostYet() throws Exception {
        TestDatabase database = TestDatabase.empty();
        HeldConnector connector = new HeldConnector(database.connector());
        Pool pool = pools.keeping(MAX, connector);
        List<Connection> borrowed = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            borrowed.add(pool.getConnection());
        }
        Connection unaware = borrowed.remove(0);
        for (Connection connection : borrowed) {
            connection.close();
        }
        database.terminateSessions();
        connector.hold();

        List<CompletableFuture<Integer>> callers = Clients.start(MAX - 1, () -> TestPools.backend(pool));
        await().until(() -> pool.statistics().waiting() == MAX - 1);
        awaitGrowth();
        await().until(() -> connector.held() > 0);
        int held = connector.held();
        connector.release();

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

    /** Holds the attempts back. */
    private static final class HeldConnector implements Connector {

        private static final int MANY = 1_000;

        private final Connector target;
        private final Semaphore permits = new Semaphore(MANY);

        HeldConnector(Connector target) {
            this.target = target;
        }

        void hold() {
            permits.drainPermits();
        }

        int held() {
            return permits.getQueueLength();
        }

        void release() {
            permits.release(MANY);
        }

        @Override
        public PhysicalConnection open(Duration atMost, Consumer<Phase> onPhase) throws SQLException {
            permits.acquireUninterruptibly();
            return target.open(atMost, onPhase);
        }

        @Override
        public String target() {
            return target.target();
        }
    }
}
