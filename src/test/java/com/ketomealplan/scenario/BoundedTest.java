package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every request has its answer in time, also if most of them have to be told to come back. */
class BoundedTest {

    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final int CLIENTS = 60;

    private final TestDatabase database = TestDatabase.migrated();
    private TestService service;

    @AfterEach
    void stop() {
        service.stop();
    }

    private void start(String url, int connections) {
        service = TestService.at(
                url,
                ConfigOverride.config("database.pooled.keep", "1"),
                ConfigOverride.config("database.pooled.overflow", Integer.toString(connections - 1)),
                ConfigOverride.config("database.unitOfWork.deadline", DEADLINE.toMillis() + "ms"));
    }

    private record Answer(int status, String type, boolean toComeBack, Duration time) {}

    private Answer read() {
        long begun = System.nanoTime();
        HttpResponse<String> answer = service.get("/users/" + UUID.randomUUID());
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        return new Answer(
                answer.statusCode(),
                TestService.json(answer).get("type").asText(),
                answer.headers().firstValue("Retry-After").isPresent(),
                time);
    }

    /** Connections: 4. In line: 8. All others are told at once. */
    @Test
    void whenATableIsLockedMostAreToldAtOnce() throws Exception {
        start(database.url(), 4);
        assertThat(read().status()).isEqualTo(404);
        Thread.sleep(1_100); // just after the first connection the line may be longer
        List<Answer> answers = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            List<CompletableFuture<Answer>> reads = Stream.generate(
                            () -> CompletableFuture.supplyAsync(this::read, clients))
                    .limit(CLIENTS)
                    .toList();
            assertThat(service.get("/health").statusCode()).isEqualTo(200);
            reads.forEach(read -> answers.add(read.join()));
        } finally {
            clients.shutdown();
        }

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isIn(503, 504);
            assertThat(answer.type())
                    .isEqualTo("urn:problem-type:" + (answer.status() == 503 ? "service-busy" : "deadline-exceeded"));
            assertThat(answer.toComeBack()).isEqualTo(answer.status() == 503);
            assertThat(answer.time()).isLessThan(DEADLINE.plusSeconds(2));
        });
        assertThat(answers.stream().filter(answer -> answer.time().compareTo(DEADLINE) < 0))
                .hasSizeGreaterThanOrEqualTo(CLIENTS - 4 - 8);
        assertThat(read().status()).isEqualTo(404);
    }

    /** The time in line behind others is not the compute's to wake. */
    @Test
    void onlyAWakeHasTimeBeyondTheDeadline() throws Exception {
        start(database.url(), 1);
        ExecutorService clients = Executors.newFixedThreadPool(3);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            List<CompletableFuture<Answer>> reads = Stream.generate(
                            () -> CompletableFuture.supplyAsync(this::read, clients))
                    .limit(3)
                    .toList();

            assertThat(reads).allSatisfy(read -> {
                assertThat(read.join().status()).isIn(503, 504);
                assertThat(read.join().time()).isLessThan(DEADLINE.plusMillis(1_500));
            });
        } finally {
            clients.shutdown();
        }
    }

    /** A request that is under way may lose its time; after the first of them nobody is given a connection of that age. */
    @Test
    void aBlackHoleCostsEachClientOneRequestAtMost() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(6);
        try (NeonProxy proxy = NeonProxy.before(database)) {
            start(proxy.url(database), 15);
            openConnections(clients);
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<List<Integer>>> reads = Stream.generate(() -> CompletableFuture.supplyAsync(
                            () -> {
                                List<Integer> statuses = new ArrayList<>();
                                while (!over.get()) {
                                    statuses.add(service.get("/users/" + UUID.randomUUID())
                                            .statusCode());
                                }
                                return statuses;
                            },
                            clients))
                    .limit(2)
                    .toList();
            await().until(() -> service.gauge("pool.database.returned") > 200);
            proxy.swallowEstablished();
            Thread.sleep(3 * DEADLINE.toMillis());
            long answered = service.gauge("pool.database.returned");
            await().until(() -> service.gauge("pool.database.returned") > answered + 200);
            over.set(true);

            for (CompletableFuture<List<Integer>> read : reads) {
                List<Integer> statuses = read.join();
                assertThat(statuses.stream().filter(status -> status != 404))
                        .as("%s", statuses)
                        .hasSizeLessThanOrEqualTo(1);
                assertThat(statuses.get(statuses.size() - 1)).isEqualTo(404);
            }
        } finally {
            clients.shutdown();
        }
    }

    /** More than there will be clients. */
    private void openConnections(ExecutorService clients) throws Exception {
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            for (int i = 0; i < 6; i++) {
                clients.submit(() -> service.get("/users/" + UUID.randomUUID()));
            }
            await().until(() -> service.gauge("pool.database.active") >= 5);
        }
        await().until(() -> service.gauge("pool.database.active") == 0);
    }
}
