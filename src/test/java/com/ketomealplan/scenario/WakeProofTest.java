package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhaseBudgets;
import com.ketomealplan.neon.connect.PhaseTimeoutException;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.pool.ConnectionPool;
import com.ketomealplan.neon.pool.Line;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hundred first requests after a sleep: no error, one connection wakes it, the others queue behind it. */
class WakeProofTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.empty();
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private NeonProxy neon;
    private Pool pool;

    @BeforeEach
    void startProxy() throws Exception {
        neon = NeonProxy.before(database);
    }

    @AfterEach
    void stop() throws Exception {
        clients.shutdownNow();
        if (pool != null) {
            pool.stop();
        }
        neon.close();
    }

    private Pool pool(PoolingStrategy strategy, Duration wait, PhaseBudgets budgets) {
        Retention retention = strategy == PoolingStrategy.POOLED
                ? Retention.pooled(5, 10, Duration.ofSeconds(2), HOUR)
                : Retention.perRequest(50);
        WakeGate gate = new WakeGate(new PgConnector(Endpoint.parse(neon.url(database)), budgets));
        pool = new ConnectionPool("test", gate, retention, new Line(wait, 2 * retention.max()), Duration.ofMinutes(1));
        return pool;
    }

    private Pool pool(PoolingStrategy strategy) {
        return pool(strategy, WAIT, PhaseBudgets.DEFAULT);
    }

    private int backend() {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<CompletableFuture<Integer>> together(int callers) {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            all.add(CompletableFuture.supplyAsync(this::backend, clients));
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void oneAttemptWakesTheComputeForAll(PoolingStrategy strategy) {
        pool(strategy);
        neon.wake(Duration.ofMillis(800));

        List<CompletableFuture<Integer>> requests = together(100);

        requests.forEach(CompletableFuture::join);
        assertThat(neon.connectsBeforeFirstLogin()).isEqualTo(1);
        assertThat(pool.statistics().timeouts()).isZero();
        assertThat(pool.statistics().active()).isZero();
    }

    /** A connection that comes back serves the next caller, although his own is still being opened. */
    @Test
    void callersDoNotWaitForTheirOwnConnectionWhereAnotherComesFree() {
        pool(PoolingStrategy.POOLED);
        neon.delayEveryLogin(Duration.ofSeconds(1));

        together(100).forEach(CompletableFuture::join);

        assertThat(pool.statistics().opened()).isLessThan(4);
    }

    @Test
    void aCallerThatGivesUpDoesNotEndTheWake() throws Exception {
        pool(PoolingStrategy.POOLED, Duration.ofMillis(300), PhaseBudgets.DEFAULT);
        neon.wake(Duration.ofMillis(900));

        assertThatThrownBy(pool::getConnection).isInstanceOf(PoolExhaustedException.class);

        await().until(() -> pool.statistics().idle() == 1);
        assertThat(neon.connects()).isEqualTo(1);
        backend();
        assertThat(neon.connects()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void passingFailuresAreTriedAgainInsideTheWait(PoolingStrategy strategy) {
        pool(strategy);
        neon.refuseLogins(3, "Couldn't connect to compute node");

        together(20).forEach(CompletableFuture::join);

        assertThat(neon.connects()).isLessThanOrEqualTo(3 + 20);
    }

    @Test
    void whatAnOperatorHasToMendIsSaidAtOnceToAllAndTriedOnce() {
        pool(PoolingStrategy.POOLED);
        neon.refuseLogins("password authentication failed for user 'u'");

        List<CompletableFuture<Integer>> requests = together(50);

        assertThat(requests).allSatisfy(request -> assertThat(request)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingRootCause()
                .withMessageContaining("password authentication failed"));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(OpeningFailedException.class)
                    .satisfies(reason -> assertThat(Failure.of(reason).kind()).isEqualTo(FailureKind.AUTHENTICATION));
        }
        assertThat(neon.connects()).isEqualTo(1);
    }

    @Test
    void throttlingIsAnsweredByPauses() {
        pool(PoolingStrategy.POOLED);
        neon.refuseLogins(1, "Too many connections to this endpoint. Please try again later.");
        long begun = System.nanoTime();

        backend();

        assertThat(neon.connects()).isEqualTo(2);
        assertThat(Duration.ofNanos(neon.firstLoginNanos() - begun)).isGreaterThan(Duration.ofSeconds(1));
    }

    /** A suspend ends all connections; the first one found dead is the only one that is looked at. */
    @Test
    void afterASuspendNobodyNoticesAndOldConnectionsAreNotTried() {
        pool(PoolingStrategy.POOLED);
        together(15).forEach(CompletableFuture::join);
        await().until(() -> neon.logins() == neon.connects()); // no attempt from before is still under way
        int before = neon.connects();
        neon.wake(Duration.ofMillis(300));
        neon.suspend();

        together(100).forEach(CompletableFuture::join);

        assertThat(neon.connectsBeforeFirstLogin()).isEqualTo(1);
        assertThat(neon.connects()).isGreaterThan(before);
    }

    @Test
    void everyPhaseHasItsTimeAndItsName() {
        PhaseBudgets short1 = new PhaseBudgets(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofMillis(400));
        PgConnector connector = new PgConnector(Endpoint.parse(neon.url(database) + "?sslmode=require"), short1);
        neon.stallConnects(true);
        assertThatThrownBy(connector::open)
                .isInstanceOfSatisfying(PhaseTimeoutException.class, timeout -> assertThat(timeout.phase())
                        .isEqualTo(Phase.TLS))
                .hasMessageContaining("no TLS within 300 ms");
        neon.stallConnects(false);

        neon.wake(Duration.ofSeconds(20));
        PgConnector plain = new PgConnector(Endpoint.parse(neon.url(database)), short1);
        assertThatThrownBy(plain::open)
                .isInstanceOfSatisfying(PhaseTimeoutException.class, timeout -> assertThat(timeout.phase())
                        .isEqualTo(Phase.LOGIN))
                .hasMessageContaining("not finished the log-in after 400 ms");

        Endpoint unreachable = Endpoint.parse("postgresql://u:p@192.0.2.1/db?sslmode=require&connect_timeout=1");
        assertThatThrownBy(new PgConnector(unreachable, short1)::open).isInstanceOf(SQLException.class);
    }
}
