package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** POSTs with an {@code Idempotency-Key}. */
class NeverDoubledByKeysTest {

    private static final String ADA = "{\"email\":\"ada@example.com\"}";

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service =
            TestService.on(database, ConfigOverride.config("database.unitOfWork.idempotencyKeyLifetime", "2s"));

    @AfterEach
    void stop() {
        service.stop();
    }

    private HttpResponse<String> post(String path, String body, String key) {
        return service.send("POST", path, body, "Content-Type", "application/json", "Idempotency-Key", key);
    }

    private static void hasProblem(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(TestService.json(answer).get("type").asText()).isEqualTo(type);
    }

    @Test
    void aRepetitionGetsTheStoredAnswer() {
        HttpResponse<String> first = post("/users", ADA, "\"k1\"");
        HttpResponse<String> second = post("/users", ADA, "k1"); // the same key, without the quotes

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(second.body()).isEqualTo(first.body());
        for (String header : List.of("Location", "Content-Type", "Content-Length")) {
            assertThat(second.headers().allValues(header))
                    .isEqualTo(first.headers().allValues(header))
                    .hasSize(1);
        }
        assertThat(database.count("users")).isEqualTo(1);
    }

    @Test
    void anotherRequestWithTheKeyIsRefused() {
        post("/users", ADA, "k1");

        hasProblem(
                post("/users", "{\"email\":\"bob@example.com\"}", "k1"),
                422,
                "urn:problem-type:idempotency-key-reused");
        hasProblem(
                post("/complex-operation", "{\"email\":\"bob@example.com\",\"quiz_data\":{}}", "k1"),
                422,
                "urn:problem-type:idempotency-key-reused");
        assertThat(database.count("users")).isEqualTo(1);
    }

    @Test
    void anErrorIsNotStoredBecauseNothingWasDone() {
        assertThat(post("/users", "{\"email\":\"no address\"}", "k1").statusCode())
                .isEqualTo(422);
        assertThat(post("/users", ADA, "k1").statusCode()).isEqualTo(201);
        assertThat(post("/users", ADA, "k2").statusCode()).isEqualTo(409);
        database.jdbi().useHandle(handle -> handle.execute("DELETE FROM users"));
        assertThat(post("/users", ADA, "k2").statusCode()).isEqualTo(201);
    }

    @Test
    void aRequestThatIsStillWorkedOnIsAConflict() throws Exception {
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users IN EXCLUSIVE MODE");
            CompletableFuture<HttpResponse<String>> slow =
                    CompletableFuture.supplyAsync(() -> post("/users", ADA, "k1"));
            Awaitility.await().until(() -> database.lockWaiters() == 1);

            HttpResponse<String> meanwhile = post("/users", ADA, "k1");

            hasProblem(meanwhile, 409, "urn:problem-type:idempotency-key-in-use");
            assertThat(meanwhile.headers().firstValue("Retry-After")).hasValue("1");
            other.rollback();
            assertThat(slow.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        }
        assertThat(post("/users", ADA, "k1").statusCode()).isEqualTo(201);
        assertThat(database.count("users")).isEqualTo(1);
    }

    @Test
    void manyAtOnceActOnce() {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(CompletableFuture.supplyAsync(() -> {
                int status = post("/users", ADA, "k1").statusCode();
                while (status == 409) {
                    status = post("/users", ADA, "k1").statusCode();
                }
                return status;
            }));
        }

        assertThat(all).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(201));
        assertThat(database.count("users")).isEqualTo(1);
    }

    @Test
    void keysExpireAndAreTakenAwayByNewOnes() {
        for (int i = 0; i < 5; i++) {
            post("/users", "{\"email\":\"%d@example.com\"}".formatted(i), "old" + i);
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> database.jdbi()
                .withHandle(
                        handle -> handle.createQuery("SELECT count(*) FROM idempotency_keys WHERE expires_at <= now()")
                                .mapTo(int.class)
                                .one())
                .equals(5));

        assertThat(post("/users", ADA, "old1").statusCode()).isEqualTo(201);

        List<String> left = database.jdbi().withHandle(handle -> handle.createQuery("SELECT key FROM idempotency_keys")
                .mapTo(String.class)
                .list());
        assertThat(left).containsExactly("old1");
    }

    @Test
    void malformedKeysAreRefused() {
        assertThat(List.of("\"\"", "\"open", "a\"b", "a b", "\"a\";p=1", "\"a\", \"b\"", "a,b", "\"tab\\tescape\""))
                .allSatisfy(key -> {
                    HttpResponse<String> answer = post("/users", ADA, key);
                    hasProblem(answer, 400, "about:blank");
                    assertThat(answer.body()).contains("Idempotency-Key must be one string");
                });
        assertThat(database.count("users")).isZero();
    }

    @Test
    void overLongKeysAreRefused() {
        assertThat(post("/users", ADA, "k".repeat(255)).statusCode()).isEqualTo(201);
        HttpResponse<String> answer = post("/users", ADA, "k".repeat(256));

        hasProblem(answer, 400, "about:blank");
        assertThat(answer.body()).contains("at most 255");
    }
}
