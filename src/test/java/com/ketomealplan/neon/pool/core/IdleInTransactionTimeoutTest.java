package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.awaitExecuting;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.neon.pool.core.TestPools.evictions;
import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.leased;
import static com.ketomealplan.neon.pool.core.TestPools.resultOf;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import com.ketomealplan.neon.lease.DeadlineExceededException;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** A transaction that is idle for too long is ended with its connection; one that waits for the server is not. */
class IdleInTransactionTimeoutTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Lease.class.getPackageName());

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private Pool pool;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id int)"));
    }

    @BeforeEach
    void begin() {
        pool = pools.of(4, database.connector(), new QueueLimits(TestPools.LONG, 1_000), Duration.ofMillis(300));
    }

    @AfterEach
    void endSessions() {
        database.terminateSessions();
    }

    private Connection transaction() throws SQLException {
        Connection connection = pool.getConnection();
        connection.setAutoCommit(false);
        execute(connection, "SELECT 1");
        return connection;
    }

    private static boolean isEnded(Connection connection) {
        return leased(connection).closeReason().isPresent();
    }

    @Test
    void anIdleTransactionIsRolledBackUnderItsBorrower() throws Exception {
        List<EvictionReason> evictions = evictions(pool);
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO things VALUES (1)"); // the first: none is idle before it
            await().until(() -> isEnded(connection));

            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(DeadlineExceededException.class, e -> assertThat(e.getSQLState())
                            .isEqualTo("57014"))
                    .hasMessageContaining("it has been idle in its transaction for 300 ms");
            await().until(() -> database.sessions() == 0);
        }
        assertThat(database.count("things")).isZero();
        assertThat(evictions).containsExactly(EvictionReason.OUT_OF_TIME);
        assertThat(pool.statistics().size()).isZero();
        assertThat(backend(pool)).isPositive();
    }

    /** When the third borrower's is ended, theirs would have been ended too. */
    @Test
    void neitherARunningStatementNorABorrowerWithoutATransactionIsIdle() throws Exception {
        String waits = "SELECT pg_advisory_lock(1)";
        try (Connection lock = database.connect();
                Connection noTransaction = pool.getConnection()) {
            execute(lock, waits);
            CompletableFuture<String> statement = Clients.async(() -> {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    return value(connection, waits);
                }
            });
            awaitExecuting(database, waits);
            for (int i = 0; i < 2; i++) {
                try (Connection idle = transaction()) {
                    await().until(() -> isEnded(idle));
                }
            }

            assertThat(statement).isNotDone();
            assertThat(isEnded(noTransaction)).isFalse();
            assertThat(value(noTransaction, "SELECT 1")).isEqualTo("1");
            execute(lock, "SELECT pg_advisory_unlock(1)");
            assertThat(resultOf(statement)).isEmpty();
        }
    }

    /** Logging it fails here. */
    @Test
    void aFailureWhileOneIsEndedDoesNotAffectTheOthers() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        Appender<ILoggingEvent> broken = onWarning(() -> {
            failures.incrementAndGet();
            throw new IllegalStateException("the log is broken");
        });
        LOGGER.addAppender(broken);
        try (Connection first = transaction();
                Connection second = transaction()) {
            await().until(() -> isEnded(first) && isEnded(second));
            await().until(() -> failures.get() == 2);
            try (Connection next = transaction()) {
                await().until(() -> isEnded(next));
                await().until(() -> failures.get() == 3);
            }
        } finally {
            LOGGER.detachAppender(broken);
        }
    }

    /** Logging the first one blocks here, and the others are ended nevertheless. */
    @Test
    void aLogThatBlocksDoesNotAffectTheOthers() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        Appender<ILoggingEvent> slow = onWarning(() -> {
            blocked.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        LOGGER.addAppender(slow);
        try (Connection first = transaction()) {
            assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(isEnded(first)).isTrue();
            try (Connection next = transaction()) {
                await().until(() -> isEnded(next));
            }
        } finally {
            mayGoOn.countDown();
            LOGGER.detachAppender(slow);
        }
    }

    private static Appender<ILoggingEvent> onWarning(Runnable action) {
        return new UnsynchronizedAppenderBase<>() {
            @Override
            public void doAppend(ILoggingEvent event) {
                if (event.getLevel() == Level.WARN) {
                    action.run();
                }
            }

            @Override
            protected void append(ILoggingEvent event) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
