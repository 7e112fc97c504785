package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** POSTs with an {@code Idempotency-Key}. All methods share one service, and begin with empty tables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NeverDoubledByKeysTest {

    private static final String ADA = "{\"email\":\"ada@example.com\"}";

    /** What has to happen may take so long on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.migrated();

    /** Its deadline is out of the way of requests that are held back here. */
    private final TestService service = TestService.on(
            database,
            ConfigOverride.config("database.unitOfWork.deadline", "1m"),
            ConfigOverride.config("database.unitOfWork.idempotencyKeyLifetime", "2h"));

    @BeforeEach
    void empty() {
        database.jdbi().useHandle(handle -> handle.execute("DELETE FROM idempotency_keys; DELETE FROM users"));
    }

    @AfterAll
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
        assertThat(database.count("users")).isEqualTo(1);
    }

    /** Nobody is given another one's answer, is told that a key exists, or keeps another one from using it. */
    @Test
    void aKeyIsItsClientsAndItsPaths() {
        String bob = "{\"email\":\"bob@example.com\"}";
        HttpResponse<String> ada = postAs("Bearer ada", "/users", ADA);

        assertThat(postAs("Bearer ada", "/users", ADA).body()).isEqualTo(ada.body());
        assertThat(postAs("Bearer bob", "/users", bob).statusCode()).isEqualTo(201);
        assertThat(postAs("Bearer eve", "/users", ADA).statusCode())
                .as("acts, and finds the address taken")
                .isEqualTo(409);
        assertThat(postAs("Bearer ada", "/complex-operation", "{\"email\":\"c@example.com\",\"quiz_data\":{}}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(database.count("users")).isEqualTo(3);
        assertThat(keys()).allSatisfy(key -> assertThat(key).matches("[0-9a-f]{64}"));
    }

    private HttpResponse<String> postAs(String credentials, String path, String body) {
        return service.send(
                "POST",
                path,
                body,
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                "k1",
                "Authorization",
                credentials);
    }

    private List<String> keys() {
        return database.jdbi().withHandle(handle -> handle.createQuery("SELECT key FROM idempotency_keys")
                .mapTo(String.class)
                .list());
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
        CompletableFuture<HttpResponse<String>> slow;
        try (TableLock users = TableLock.on(database, "users")) {
            slow = Clients.async(() -> post("/users", ADA, "k1"));
            await().atMost(PATIENCE).until(() -> users.waiters() == 1);

            HttpResponse<String> meanwhile = post("/users", ADA, "k1");

            hasProblem(meanwhile, 409, "urn:problem-type:idempotency-key-in-use");
            assertThat(meanwhile.headers().firstValue("Retry-After")).hasValue("1");
        }
        assertThat(slow.join().statusCode()).isEqualTo(201);
        assertThat(post("/users", ADA, "k1").statusCode()).isEqualTo(201);
        assertThat(database.count("users")).isEqualTo(1);
    }

    /** While one of them is held back in the middle of its work all others have to come to their ends. */
    @Test
    void manyAtOnceActOnce() throws Exception {
        int clients = 20;
        List<CompletableFuture<HttpResponse<String>>> all;
        try (TableLock users = TableLock.on(database, "users")) {
            all = Clients.start(clients, this::operation);
            await().atMost(PATIENCE)
                    .until(() -> all.stream().filter(CompletableFuture::isDone).count() == clients - 1);
            assertThat(users.waiters()).isEqualTo(1);
        }
        List<HttpResponse<String>> first = Clients.join(all);
        List<HttpResponse<String>> again = Clients.atOnce(clients, this::operation);

        List<HttpResponse<String>> acted =
                first.stream().filter(answer -> answer.statusCode() == 201).toList();
        assertThat(acted).hasSize(1);
        assertThat(first)
                .filteredOn(answer -> answer.statusCode() != 201)
                .allSatisfy(answer -> hasProblem(answer, 409, "urn:problem-type:idempotency-key-in-use"));
        assertThat(again).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            assertThat(answer.body()).isEqualTo(acted.get(0).body());
        });
        assertThat(database.count("users")).isEqualTo(1);
        assertThat(database.count("quiz_responses")).isEqualTo(1);
    }

    private HttpResponse<String> operation() {
        return post("/complex-operation", "{\"email\":\"ada@example.com\",\"quiz_data\":{}}", "k1");
    }

    @Test
    void aKeyLivesAsLongAsIsConfigured() {
        OffsetDateTime before = time("now()");
        post("/users", ADA, "k1");
        OffsetDateTime after = time("now()");

        assertThat(time("(SELECT expires_at FROM idempotency_keys)"))
                .isBetween(before.plusHours(2), after.plusHours(2));
    }

    private OffsetDateTime time(String expression) {
        return database.jdbi().withHandle(handle -> handle.createQuery("SELECT " + expression)
                .mapTo(OffsetDateTime.class)
                .one());
    }

    @Test
    void expiredKeysAreForgottenAndTakenAwayByNewOnes() {
        post("/users", "{\"email\":\"young@example.com\"}", "young");
        String young = keys().get(0);
        for (int i = 0; i < 5; i++) {
            post("/users", "{\"email\":\"%d@example.com\"}".formatted(i), "old" + i);
        }
        database.jdbi()
                .useHandle(handle ->
                        handle.execute("UPDATE idempotency_keys SET expires_at = now() WHERE key <> ?", young));

        HttpResponse<String> anew = post("/users", ADA, "old1");

        assertThat(anew.statusCode()).isEqualTo(201);
        assertThat(anew.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(keys()).hasSize(2).contains(young);
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
