package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leak detection: what becomes of a connection that its request has not returned. */
class LeakDetectorTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private final LoggedLines log = LoggedLines.of(LeakDetector.class);
    private Pool pool;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
    }

    @BeforeEach
    void beginRequest() {
        pool = pools.keeping(3, database.connector());
        LeakDetector.begin();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void aLeakedConnectionIsClosedAtTheEndOfItsRequest() throws Exception {
        Connection leaked = pool.getConnection();
        pool.getConnection().close();

        LeakDetector.end();

        assertThat(leaked.isClosed()).isTrue();
        assertThat(pool.statistics().active()).isZero();
        assertOneLeakIsReported();
    }

    @Test
    void aLeakThatOutlivesItsDeadlineIsReportedToo() throws Exception {
        borrowUntilItIsAbandoned();

        LeakDetector.end();

        assertOneLeakIsReported();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionThatIsReturnedLateIsNotLeaked(boolean aborted) throws Exception {
        Connection late = borrowUntilItIsAbandoned();
        if (aborted) {
            late.abort(Runnable::run);
        } else {
            late.close();
        }

        LeakDetector.end();

        assertNoLeakIsReported();
    }

    private void assertOneLeakIsReported() {
        assertThat(pool.statistics().leaked()).isEqualTo(1);
        assertThat(log.all())
                .singleElement()
                .asString()
                .startsWith("Connection leaked by its request: not returned after ");
    }

    private void assertNoLeakIsReported() {
        assertThat(pool.statistics().leaked()).isZero();
        assertThat(log.all()).isEmpty();
    }

    /** Its place in the pool is free then. */
    private Connection borrowUntilItIsAbandoned() throws Exception {
        pool.getConnection().close();
        Connection connection = Deadline.within(Duration.ofMillis(500), Duration.ZERO, pool::getConnection);
        await().atMost(Duration.ofSeconds(30)).until(() -> pool.statistics().active() == 0);
        return connection;
    }

    @Test
    void aConnectionThatAnotherThreadHasReturnedIsNotLeaked() throws Exception {
        Connection connection = pool.getConnection();
        Clients.join(Clients.start(1, () -> {
            connection.close();
            return null;
        }));

        LeakDetector.end();

        assertNoLeakIsReported();
    }

    @Test
    void aConnectionThatIsBorrowedUntrackedOrOutsideOfARequestIsNotLeaked() throws Exception {
        try (Connection untracked = LeakDetector.untracked(this::borrow)) {
            LeakDetector.end();
            try (Connection outside = pool.getConnection()) {
                LeakDetector.begin();
                LeakDetector.end();

                assertThat(untracked.isClosed()).isFalse();
                assertThat(outside.isClosed()).isFalse();
            }
        }
        assertNoLeakIsReported();
    }

    private Connection borrow() {
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
