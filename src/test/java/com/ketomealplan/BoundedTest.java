package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every request has its answer in time, also if most of them have to be told to come back. */
class BoundedTest {

    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final int CLIENTS = 60;

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.at(
            database.url(),
            ConfigOverride.config("database.pooled.keep", "1"),
            ConfigOverride.config("database.pooled.overflow", "3"),
            ConfigOverride.config("database.unitOfWork.deadline", DEADLINE.toMillis() + "ms"));

    @AfterEach
    void stop() {
        service.stop();
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
}
