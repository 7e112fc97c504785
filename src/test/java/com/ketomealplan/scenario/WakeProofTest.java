package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.PhaseTimeoutException;
import com.ketomealplan.neon.connect.PhaseTimeouts;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hundred first requests after a sleep: no error, one connection wakes it, the others queue behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WakeProofTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int CALLERS = 100;

    /** So that the first word of a connection is the log-in, and a proxy that reads nothing is a compute that sleeps. */
    private static final String NO_TLS = "?sslmode=disable";

    private final TestDatabase database = TestDatabase.empty();
    private NeonProxy neon;
    private Pool pool;

    @BeforeEach
    void startProxy() throws Exception {
        neon = NeonProxy.before(database);
    }

    @AfterEach
    void stop() throws Exception {
        if (pool != null) {
            pool.stop();
        }
        neon.close();
    }

    private Pool pool(PoolingStrategy strategy, Duration wait, PhaseTimeouts timeouts) {
        Retention retention = strategy == PoolingStrategy.POOLED
                ? Retention.pooled(5, 10, Duration.ofSeconds(2), HOUR)
                : Retention.perRequest(50);
        WakeGate gate = new WakeGate(Connectors.to(Endpoint.parse(neon.url(database) + NO_TLS), timeouts));
        pool = new ConnectionPool(
                "test", gate, retention, new QueueLimits(wait, CALLERS), Duration.ofMinutes(1), Duration.ofHours(1));
        return pool;
    }

    private Pool pool(PoolingStrategy strategy) {
        return pool(strategy, WAIT, Connectors.TIMEOUTS);
    }

    private int backend() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** The callers, when all of them are in line. */
    private List<CompletableFuture<Integer>> line(int callers) {
        List<CompletableFuture<Integer>> line = Clients.start(callers, this::backend);
        await().until(() -> pool.statistics().waiting() == callers);
        return line;
    }

    @ParameterizedTest
    @EnumSource(names = {"POOLED", "PER_REQUEST"})
    void oneAttemptWakesTheComputeForAll(PoolingStrategy strategy) {
        pool(strategy);
        neon.stallConnects(true);
        List<CompletableFuture<Integer>> line = line(CALLERS);

        neon.stallConnects(false);

        Clients.join(line);
        assertThat(neon.connectsBeforeFirstLogin()).isEqualTo(1);
        assertThat(pool.statistics().timeouts()).isZero();
        assertThat(pool.statistics().active()).isZero();
    }

    /** A connection that comes back serves the next caller, although his own is still being opened. */
    @Test
    void callersDoNotWaitForTheirOwnConnectionWhereAnotherComesFree() throws Exception {
        pool(PoolingStrategy.POOLED);
        Connection held = pool.getConnection();
        neon.delayEveryLogin(HOUR);
        List<CompletableFuture<Integer>> line = line(CALLERS);
        await().until(() -> neon.connects() > 1);

        held.close();

        Clients.join(line);
        assertThat(pool.statistics().opened()).isEqualTo(1);
    }

    @Test
    void aCallerThatGivesUpDoesNotEndTheWake() throws Exception {
        pool(PoolingStrategy.POOLED, Duration.ofMillis(300), Connectors.TIMEOUTS);
        neon.stallConnects(true);

        assertThatThrownBy(pool::getConnection).isInstanceOf(PoolExhaustedException.class);

        neon.stallConnects(false);
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

        Clients.atOnce(20, this::backend);

        assertThat(neon.connects()).isBetween(3 + 1, 3 + 20);
    }

    @Test
    void whatAnOperatorHasToMendIsSaidAtOnceToAllAndTriedOnce() {
        pool(PoolingStrategy.POOLED);
        neon.refuseLogins("password authentication failed for user 'u'");

        neon.stallConnects(true);
        List<CompletableFuture<Integer>> line = line(50);

        neon.stallConnects(false);

        assertThat(line).allSatisfy(request -> assertThat(request)
                .failsWithin(WAIT)
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
    void throttlingIsNoErrorEither() throws Exception {
        pool(PoolingStrategy.POOLED);
        neon.refuseLogins(1, "Too many connections to this endpoint. Please try again later.");

        backend();

        assertThat(neon.connects()).isEqualTo(2);
    }

    @Test
    void aRefusalInWordsDrawsOnNoWakeBudget() throws Exception {
        pool(PoolingStrategy.POOLED);
        neon.refuseLogins("Couldn't connect to compute node");

        Deadline deadline = Deadline.within(Duration.ofMillis(300), HOUR, () -> {
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
            return Deadline.current().orElseThrow();
        });

        assertThat(deadline.hasPassed()).isTrue(); // what had drawn on the budget would have moved it
    }

    @Test
    void whoComesWhenAServerHasRefusedForLongIsToldAtOnceAndServedWhenItDoesNoMore() {
        pool(PoolingStrategy.POOLED, HOUR, Connectors.TIMEOUTS);
        neon.refuseLogins("Couldn't connect to compute node");

        assertThatThrownBy(pool::getConnection).isInstanceOf(OpeningFailedException.class);

        assertThat(pool.statistics().waiting()).isZero();
        Clients.atOnce(50, () -> assertThatThrownBy(pool::getConnection).isInstanceOf(OpeningFailedException.class));
        neon.refuseLogins(0, "");
        await().ignoreExceptions().until(() -> backend() > 0);
    }

    /** A suspend ends all connections; the first one found dead is the only one that is looked at. */
    @Test
    void afterASuspendNobodyNoticesAndOldConnectionsAreNotTried() {
        pool(PoolingStrategy.POOLED);
        Clients.atOnce(15, this::backend);
        await().until(() -> neon.logins() == neon.connects()); // no attempt from before is still under way
        int before = neon.connects();
        neon.wake(Duration.ZERO);
        neon.stallConnects(true);
        neon.suspend();
        List<CompletableFuture<Integer>> line = line(CALLERS);

        neon.stallConnects(false);

        Clients.join(line);

        assertThat(neon.connectsBeforeFirstLogin()).isEqualTo(1);
        assertThat(neon.connects()).isGreaterThan(before);
    }

    @Test
    void everyPhaseHasItsTimeAndItsName() throws Exception {
        Duration enough = Duration.ofMinutes(1);
        PhaseTimeouts littleForTcp = new PhaseTimeouts(Duration.ofMillis(500), enough, enough);
        PhaseTimeouts littleForTls = new PhaseTimeouts(enough, Duration.ofMillis(300), enough);
        PhaseTimeouts littleForLogin = new PhaseTimeouts(enough, enough, Duration.ofMillis(400));
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<SocketChannel> others = fill(full);
            assertThatTimesOut("postgresql://u:p@127.0.0.1:" + full.getLocalPort() + "/db" + NO_TLS, littleForTcp)
                    .hasMessageContaining("no TCP connection within 500 ms");
            for (SocketChannel other : others) {
                other.close();
            }
        }

        neon.stallConnects(true);
        assertThatTimesOut(neon.url(database) + "?sslmode=require", littleForTls)
                .hasMessageContaining("no TLS within 300 ms");
        assertThatTimesOut(neon.url(database) + NO_TLS, littleForLogin)
                .hasMessageContaining("not finished the log-in after 400 ms");
    }

    private static AbstractThrowableAssert<?, ?> assertThatTimesOut(String url, PhaseTimeouts timeouts) {
        PgConnector connector = Connectors.to(Endpoint.parse(url), timeouts);
        return assertThatThrownBy(connector::open).isInstanceOf(PhaseTimeoutException.class);
    }

    /** Until the server's machine answers no more connections, because nobody accepts them. */
    private static List<SocketChannel> fill(ServerSocket listener) throws IOException {
        List<SocketChannel> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(listener.getLocalSocketAddress());
            waiting.add(channel);
        }
        return waiting;
    }
}
