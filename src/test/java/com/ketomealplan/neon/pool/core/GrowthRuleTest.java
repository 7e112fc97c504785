package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When a pool opens further connections for its waiters: not while the wait queue moves. */
class GrowthRuleTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private final AtomicLong nanos = new AtomicLong();
    private final GrowthRule rule = new GrowthRule(nanos::get);

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
    }

    private boolean needsConnectionAfter(Duration time) {
        nanos.addAndGet(time.toNanos());
        return rule.needsConnection();
    }

    private boolean needsConnectionAtNextSample() {
        return needsConnectionAfter(GrowthRule.SAMPLE_INTERVAL);
    }

    @Test
    void aMovingQueueNeedsNoFurtherConnection() {
        rule.onQueueStarted();

        for (int sample = 0; sample < 9; sample++) {
            rule.onServed();
            assertThat(needsConnectionAtNextSample()).isFalse();
        }
    }

    @Test
    void aQueueWithoutAServedWaiterSinceTheLastSampleNeedsAConnection() {
        rule.onQueueStarted();

        assertThat(needsConnectionAtNextSample()).isTrue();
        rule.onServed();
        assertThat(needsConnectionAtNextSample()).isFalse();
        assertThat(needsConnectionAtNextSample()).isTrue();
    }

    @Test
    void aLongLivedQueueNeedsAConnectionAlthoughItMoves() {
        rule.onQueueStarted();
        rule.onServed();
        assertThat(needsConnectionAfter(Duration.ofMillis(249))).isFalse();

        rule.onServed();
        assertThat(needsConnectionAfter(Duration.ofMillis(1))).isTrue();
        rule.onServed();
        assertThat(needsConnectionAtNextSample()).isTrue();
    }

    @Test
    void theNextQueueIsMeasuredAnew() {
        rule.onQueueStarted();
        rule.onServed();
        assertThat(needsConnectionAfter(Duration.ofSeconds(1))).isTrue();

        rule.onQueueStarted();

        rule.onServed();
        assertThat(needsConnectionAtNextSample()).isFalse();
    }

    @Test
    void aLoneCallerNeedsOneConnectionAndTheSecondCallerAnother() throws Exception {
        Pool pool = pools.keeping(10, database.connector());

        try (Connection first = pool.getConnection()) {
            assertThat(value(first, "SELECT 1")).isEqualTo("1");
            assertThat(pool.statistics().opened()).isEqualTo(1);
            try (Connection second = pool.getConnection()) {
                assertThat(second).isNotEqualTo(first);
            }
        }
        try (Connection again = pool.getConnection()) {
            assertThat(value(again, "SELECT 1")).isEqualTo("1");
        }
        assertThat(pool.statistics().opened()).isEqualTo(2);
    }

    /** No connection is returned before each caller has one. */
    @Test
    void aPoolGrowsToItsMaximumSizeWhileNoWaiterIsServed() throws Exception {
        Pool pool = pools.keeping(6, database.connector());
        CountDownLatch served = new CountDownLatch(6);

        List<Boolean> all = Clients.atOnce(6, () -> {
            try (Connection connection = pool.getConnection()) {
                served.countDown();
                return served.await(30, TimeUnit.SECONDS) && connection.getAutoCommit();
            }
        });

        assertThat(all).containsOnly(true);
        assertThat(pool.statistics().opened()).isEqualTo(6);
    }

    @Test
    void aPoolNeverGrowsBeyondItsMaximumSize() throws Exception {
        Pool pool = pools.keeping(3, database.connector());
        CountDownLatch mayReturn = new CountDownLatch(1);
        List<CompletableFuture<Boolean>> callers = Clients.start(9, () -> {
            try (Connection connection = pool.getConnection()) {
                mayReturn.await();
                return connection.getAutoCommit();
            }
        });
        await().until(() -> pool.statistics().active() == 3 && pool.statistics().waiting() == 6);
        mayReturn.countDown();

        assertThat(Clients.join(callers)).hasSize(9);
        assertThat(pool.statistics().opened()).isEqualTo(3);
        assertThat(database.sessions()).isLessThanOrEqualTo(3);
    }
}
