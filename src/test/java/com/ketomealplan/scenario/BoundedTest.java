package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every request has its answer in time, also if most of them have to be told to come back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoundedTest {

    private static final Duration SLOW_MACHINE = Duration.ofSeconds(30);

    /** Longer than any test waits. */
    private static final Duration AGES = Duration.ofMinutes(2);

    private final TestDatabase database = TestDatabase.migrated();
    private TestService service;

    @AfterEach
    void stop() {
        if (service != null) {
            service.stop();
            service = null;
        }
    }

    private void start(String url, int connections, Duration deadline) {
        service = TestService.at(
                url,
                ConfigOverride.config("database.pooled.keep", "1"),
                ConfigOverride.config("database.pooled.overflow", Integer.toString(connections - 1)),
                ConfigOverride.config("database.maxWaiting", "8"),
                ConfigOverride.config("database.maxWaitForConnection", AGES.toSeconds() + "s"),
                ConfigOverride.config("database.unitOfWork.deadline", deadline.toSeconds() + "s"));
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    private static String type(HttpResponse<String> answer) {
        return TestService.json(answer).get("type").asText();
    }

    private static <T> List<T> done(List<CompletableFuture<T>> calls) {
        return calls.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    private Connection lockUsers() throws Exception {
        Connection other = database.connect();
        other.setAutoCommit(false);
        other.createStatement().execute("LOCK TABLE users");
        return other;
    }

    /** Connections: 4. In line: 8. All others are told while these still wait. */
    @Test
    void whenATableIsLockedMostAreToldAtOnce() throws Exception {
        start(database.url(), 4, AGES);
        assertThat(read().statusCode()).isEqualTo(404);
        try (Connection other = lockUsers()) {
            List<CompletableFuture<HttpResponse<String>>> borrowers = Clients.start(4, this::read);
            await().atMost(SLOW_MACHINE).until(() -> service.gauge("pool.database.active") == 4);
            List<CompletableFuture<HttpResponse<String>>> line = Clients.start(8, this::read);
            await().atMost(SLOW_MACHINE).until(() -> service.gauge("pool.database.waiting") == 8);

            assertThat(Clients.atOnce(50, this::read)).allSatisfy(answer -> {
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(type(answer)).isEqualTo("urn:problem-type:service-busy");
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            });
            assertThat(service.get("/health").statusCode()).isEqualTo(200);
            assertThat(done(borrowers)).isEmpty();
            assertThat(done(line)).isEmpty();
            other.rollback();

            assertThat(Clients.join(borrowers))
                    .extracting(HttpResponse::statusCode)
                    .containsOnly(404);
            assertThat(Clients.join(line)).extracting(HttpResponse::statusCode).containsOnly(404);
        }
    }

    /** The time in line behind others is not the compute's to wake: who has a deadline leaves the line before its end. */
    @Test
    void onlyAWakeHasTimeBeyondTheDeadline() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            Pool pool = poolOfOne(proxy);
            proxy.stall(true);
            CompletableFuture<Connection> borrower = Clients.async(pool::getConnection);
            await().until(() -> proxy.startups().size() == 1);
            Duration time = Duration.ofMillis(500);
            List<CompletableFuture<Connection>> line =
                    Clients.start(3, () -> Deadline.within(time, AGES, pool::getConnection));
            await().until(() -> pool.statistics().waiting() == 4);
            assertThat(Clients.async(() -> Deadline.within(time, Duration.ZERO, pool::getConnection)))
                    .as("who came later, and has no time for a wake")
                    .failsWithin(AGES)
                    .withThrowableThat()
                    .withRootCauseInstanceOf(PoolExhaustedException.class);
            assertThat(done(line)).as("who has time for a wake").isEmpty();

            proxy.stall(false);

            try (Connection held = borrower.join()) {
                await().atMost(SLOW_MACHINE).until(() -> line.stream().allMatch(CompletableFuture::isDone));
                assertThat(line).allSatisfy(caller -> assertThat(caller)
                        .isCompletedExceptionally()
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .withRootCauseInstanceOf(PoolExhaustedException.class));
                assertThat(held.isClosed()).isFalse();
            } finally {
                pool.stop();
            }
        }
    }

    private Pool poolOfOne(NeonProxy proxy) {
        return new ConnectionPool(
                "test",
                new WakeGate(Connectors.to(Endpoint.parse(proxy.url(database)))),
                Retention.pooled(1, 0, AGES, AGES),
                new QueueLimits(AGES, 1),
                AGES,
                Duration.ofHours(1));
    }

    /** A request that is under way may lose its time; after the first of them nobody is given a connection of that age. */
    @Test
    void aBlackHoleCostsEachClientOneRequestAtMost() throws Exception {
        int clients = 2;
        try (NeonProxy proxy = NeonProxy.before(database)) {
            start(proxy.url(database), 15, Duration.ofSeconds(5));
            await().atMost(SLOW_MACHINE).until(() -> {
                openConnections(3 * clients);
                return service.gauge("pool.database.size") >= 2 * clients;
            });
            CountDownLatch warm = new CountDownLatch(clients * 50);
            CountDownLatch swallowed = new CountDownLatch(1);
            List<CompletableFuture<List<Integer>>> reads = Clients.start(clients, () -> {
                List<Integer> statuses = new ArrayList<>();
                while (statuses.size() < 100) {
                    int status = read().statusCode();
                    warm.countDown();
                    if (swallowed.getCount() == 0) { // also the one that was under way
                        statuses.add(status);
                    }
                }
                return statuses;
            });
            assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(service.gauge("pool.database.size")).isGreaterThanOrEqualTo(2 * clients);
            proxy.swallowEstablished();
            swallowed.countDown();

            List<List<Integer>> all = Clients.join(reads);
            assertThat(all).as("what was swallowed").anyMatch(statuses -> statuses.contains(504));
            for (List<Integer> statuses : all) {
                assertThat(statuses.stream().filter(status -> status != 404))
                        .as("%s", statuses)
                        .hasSizeLessThanOrEqualTo(1);
                assertThat(statuses.get(statuses.size() - 1)).isEqualTo(404);
            }
        }
    }

    /** As many as there are callers at the same time; fewer where a busy machine takes longer than their deadline. */
    private void openConnections(int callers) throws Exception {
        List<CompletableFuture<HttpResponse<String>>> reads = new ArrayList<>();
        try (Connection other = lockUsers()) {
            reads.addAll(Clients.start(callers, this::read));
            await().atMost(SLOW_MACHINE)
                    .until(() -> service.gauge("pool.database.active") >= callers - 1
                            || reads.stream().allMatch(CompletableFuture::isDone));
            other.rollback();
        }
        Clients.join(reads);
    }
}
