package com.ketomealplan.scenario;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users and quiz responses are created, read, changed and deleted in the ways that clients of HTTP know. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesResourcesTest {

    private static final String[] NONE = {};

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @AfterAll
    void stop() {
        service.stop();
    }

    private static String email() {
        return UUID.randomUUID() + "@example.com";
    }

    private String newUser() {
        return service.post("/users", "{\"email\":\"%s\"}".formatted(email()))
                .headers()
                .firstValue("Location")
                .map(location -> URI.create(location).getPath())
                .orElseThrow();
    }

    private String newResponse(String user) {
        HttpResponse<String> created = service.post(user + "/quiz-responses", "{\"quiz_data\":{\"goal\":\"energy\"}}");
        return URI.create(created.headers().firstValue("Location").orElseThrow())
                .getPath();
    }

    private HttpResponse<String> patch(String path, String patch, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/merge-patch+json"));
        all.addAll(List.of(headers));
        return service.send("PATCH", path, patch, all.toArray(NONE));
    }

    private HttpResponse<String> delete(String path, String... headers) {
        return service.send("DELETE", path, null, headers);
    }

    private static String etag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void aUserIsChanged() {
        String user = newUser();
        HttpResponse<String> before = service.get(user);
        String email = email();

        HttpResponse<String> changed = patch(user, "{\"email\":\"%s\",\"nick_name\":null}".formatted(email));

        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(json(changed).get("email").asText()).isEqualTo(email);
        assertThat(json(changed).get("created_at")).isEqualTo(json(before).get("created_at"));
        assertThat(etag(changed)).isNotEqualTo(etag(before));
        assertThat(service.get(user).body()).isEqualTo(changed.body());
        assertThat(etag(service.get(user))).isEqualTo(etag(changed));
    }

    @Test
    void whatAPatchDoesNotNameStays() {
        String user = newUser();
        HttpResponse<String> before = service.get(user);

        HttpResponse<String> same = patch(user, "{}");

        assertThat(same.statusCode()).isEqualTo(200);
        assertThat(same.body()).isEqualTo(before.body());
        assertThat(etag(same)).isEqualTo(etag(before));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"email\":null}    | email: must not be null",
                "{\"email\":\"x\"}   | email: must be an e-mail address",
                "{\"email\":{}}      | email: is not of the right type",
                "[]                  | body: is not of the right type",
                "null                | body: must not be null"
            })
    void namesEachFieldOfAPatchAtFault(String patch, String detail) {
        assertProblem(patch(newUser(), patch), 422, detail);
    }

    /** Which is not a conflict that the client could do anything about. */
    @Test
    void aResponseOfAUserWhoIsBeingDeletedIsThatOfNoUser() throws Exception {
        String user = newUser();
        CompletableFuture<HttpResponse<String>> created;
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("DELETE FROM users WHERE id = '%s'".formatted(user.substring(7)));
            }
            created = Clients.async(() -> service.post(user + "/quiz-responses", "{\"quiz_data\":{}}"));
            await().until(() -> database.lockWaiters() > 0);
            other.commit();
        }

        assertProblem(created.join(), 404, "User not found");
    }

    @Test
    void aKeyIsOfTheConditionToo() {
        String user = newUser();
        String patch = "{\"email\":\"%s\"}".formatted(email());
        String key = UUID.randomUUID().toString();
        String tag = etag(service.get(user));
        HttpResponse<String> changed = patch(user, patch, "Idempotency-Key", key, "If-Match", tag);

        assertThat(patch(user, patch, "Idempotency-Key", key, "If-Match", tag).body())
                .isEqualTo(changed.body());
        assertThat(patch(user, patch, "Idempotency-Key", key, "If-Match", etag(changed))
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void aPatchIsAMergePatch() {
        String user = newUser();

        HttpResponse<String> refused = service.send("PATCH", user, "{}", "Content-Type", "application/json");

        assertProblem(refused, 415, "application/merge-patch+json");
        assertThat(refused.headers().firstValue("Accept-Patch")).contains("application/merge-patch+json");
        assertThat(service.send("OPTIONS", user, null).headers().firstValue("Accept-Patch"))
                .contains("application/merge-patch+json");
    }

    @Test
    void anEmailAddressThatIsTakenIsNobodyElses() {
        String taken = json(service.get(newUser())).get("email").asText();
        String user = newUser();
        HttpResponse<String> before = service.get(user);

        assertProblem(
                patch(user, "{\"email\":\"%s\"}".formatted(taken.toUpperCase(java.util.Locale.ROOT))),
                409,
                "There is a user with this e-mail address already.");
        assertThat(service.get(user).body()).isEqualTo(before.body());
    }

    /** Two who have read the same change it one after the other: the second one is told. */
    @Test
    void noChangeIsLostToWhoSaysWhatHeHasSeen() {
        String user = newUser();
        String seen = etag(service.get(user));

        HttpResponse<String> first = patch(user, "{\"email\":\"%s\"}".formatted(email()), "If-Match", seen);
        HttpResponse<String> second = patch(user, "{\"email\":\"%s\"}".formatted(email()), "If-Match", seen);

        assertThat(first.statusCode()).isEqualTo(200);
        assertProblem(second, 412, "changed");
        assertThat(service.get(user).body()).isEqualTo(first.body());
        assertProblem(delete(user, "If-Match", seen), 412, "changed");
        assertThat(delete(user, "If-Match", etag(first)).statusCode()).isEqualTo(204);
    }

    @Test
    void ofManyWhoHaveSeenTheSameOneChangesIt() {
        String user = newUser();

        List<Integer> statuses =
                Clients.atOnce(8, () -> patch(user, "{\"email\":\"%s\"}".formatted(email()), "If-Match", "\"1\"")
                        .statusCode());

        assertThat(statuses).containsExactlyInAnyOrder(200, 412, 412, 412, 412, 412, 412, 412);
        assertThat(etag(service.get(user))).isEqualTo("\"2\"");
    }

    @Test
    void theHeadersCanBeAskedForAlone() {
        String user = newUser();

        HttpResponse<String> head = service.send("HEAD", user, null);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(etag(head)).isEqualTo(etag(service.get(user)));
        assertThat(service.send("HEAD", "/users", null).headers().firstValue("Link"))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "*                 | 200",
                "\"1\"             | 200",
                "\"7\" , \"1\"     | 200",
                "\"1--gzip\"       | 200", // as it is in the answer that was compressed
                "W/\"1\"           | 412", // weak tags are compared with nothing that is changed
                "\"2\"             | 412",
                "\"01\"            | 412",
                "1                 | 412",
                "\"99999999999999999999\" | 412",
                "\"foreign\"       | 412"
            })
    void aChangeIsMeantForTheVersionsThatItNames(String ifMatch, int status) {
        assertThat(patch(newUser(), "{}", "If-Match", ifMatch).statusCode()).isEqualTo(status);
        assertThat(delete(newResponse(newUser()), "If-Match", ifMatch).statusCode())
                .isEqualTo(status == 200 ? 204 : status);
    }

    /** As one list: RFC 9110, section 5.3. */
    @Test
    void aConditionMayHaveSeveralLines() {
        String user = newUser();

        assertThat(service.send("GET", user, null, "If-None-Match", "\"7\"", "If-None-Match", "\"1\"")
                        .statusCode())
                .isEqualTo(304);
        assertThat(patch(user, "{}", "If-Match", "\"7\"", "If-Match", "\"1\"").statusCode())
                .isEqualTo(200);
        assertProblem(delete(user, "If-Match", "\"7\"", "If-Match", "\"8\""), 412, "changed");
    }

    @Test
    void aUserIsDeletedWithAllQuizResponses() {
        String user = newUser();
        String other = newResponse(newUser());
        String response = newResponse(user);

        HttpResponse<String> deleted = delete(user);

        assertThat(deleted.statusCode()).isEqualTo(204);
        assertThat(deleted.body()).isEmpty();
        assertProblem(service.get(user), 404, "User not found");
        assertProblem(service.get(response), 404, "Quiz response not found");
        assertProblem(service.get(user + "/quiz-responses"), 404, "User not found");
        assertThat(service.get(other).statusCode()).isEqualTo(200);
    }

    @Test
    void aQuizResponseIsCreatedReadAndDeleted() {
        String user = newUser();

        HttpResponse<String> created = service.post(user + "/quiz-responses", "{\"quiz_data\":{\"goal\":\"energy\"}}");

        assertThat(created.statusCode()).isEqualTo(201);
        String location = created.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .isEqualTo(service.uri(user + "/quiz-responses/"
                                + json(created).get("id").asText())
                        .toString());
        String response = URI.create(location).getPath();
        HttpResponse<String> read = service.get(response);
        assertThat(read.body()).isEqualTo(created.body());
        assertThat(etag(read)).isEqualTo(etag(created));
        assertThat(json(read).get("user_id").asText())
                .isEqualTo(json(service.get(user)).get("id").asText());
        assertThat(json(read).at("/quiz_data/goal").asText()).isEqualTo("energy");
        assertProblem(service.get(response.replace(user, newUser())), 404, "Quiz response not found");

        assertThat(delete(response).statusCode()).isEqualTo(204);
        assertProblem(service.get(response), 404, "Quiz response not found");
        assertThat(service.get(user + "/quiz-responses").body()).isEqualTo("[]");
    }

    @Test
    void saysWhatIsNotThere() {
        String nobody = "/users/" + UUID.randomUUID();

        assertProblem(patch(nobody, "{}"), 404, "User not found");
        assertProblem(patch(nobody, "{}", "If-Match", "\"1\""), 404, "User not found");
        assertProblem(delete(nobody), 404, "User not found");
        assertProblem(delete(nobody, "If-Match", "\"1\""), 404, "User not found");
        assertProblem(service.post(nobody + "/quiz-responses", "{\"quiz_data\":{}}"), 404, "User not found");
        String response = newUser() + "/quiz-responses/" + UUID.randomUUID();
        assertProblem(delete(response), 404, "Quiz response not found");
        assertProblem(delete(response, "If-Match", "\"2\""), 404, "Quiz response not found");
        assertProblem(service.post(newUser() + "/quiz-responses", "{}"), 422, "quiz_data: must not be null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "W/\"1\"", "\"0\", \"1\"", "*", "\"1--gzip\""})
    void whatAClientHasIsNotSentAgain(String ifNoneMatch) {
        String user = newUser();
        String response = newResponse(user);

        for (String path : List.of(user, response)) {
            HttpResponse<String> known = service.send("GET", path, null, "If-None-Match", ifNoneMatch);
            assertThat(known.statusCode()).isEqualTo(304);
            assertThat(known.body()).isEmpty();
            assertThat(etag(known)).startsWith("\"1");
            assertThat(known.headers().firstValue("Content-Length")).isEmpty(); // would be that of the body
            assertThat(service.send("GET", path, null, "If-None-Match", "\"2\"").statusCode())
                    .isEqualTo(200);
            assertThat(service.send("GET", path, null, "If-None-Match", "1").statusCode())
                    .isEqualTo(200);
        }
    }

    /** A long answer has no length of its own: it is sent in chunks. */
    @ParameterizedTest
    @ValueSource(ints = {10, 20_000})
    void aHeadHasTheLengthOfTheBodyOrNone(int size) {
        String user = newUser();
        String created = service.post(
                        user + "/quiz-responses", "{\"quiz_data\":{\"a\":\"%s\"}}".formatted("x".repeat(size)))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        String path = URI.create(created).getPath();

        HttpResponse<String> head = service.send("HEAD", path, null);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length"))
                .isEqualTo(service.get(path).headers().firstValue("Content-Length"));
    }

    @Test
    void whatIsRepeatedWithItsKeyActsOnce() {
        String user = newUser();
        String list = user + "/quiz-responses";

        HttpResponse<String> created =
                service.send("POST", list, "{\"quiz_data\":{}}", "Idempotency-Key", "k", "Content-Type", JSON);
        assertReplayed(
                created,
                service.send("POST", list, "{\"quiz_data\":{}}", "Idempotency-Key", "k", "Content-Type", JSON));
        assertThat(json(service.get(list))).hasSize(1);

        String change = "{\"email\":\"%s\"}".formatted(email());
        assertReplayed(
                patch(user, change, "Idempotency-Key", "k", "If-Match", "\"1\""),
                patch(user, change, "Idempotency-Key", "k", "If-Match", "\"1\""));
        assertThat(etag(service.get(user))).isEqualTo("\"2\"");

        assertReplayed(delete(user, "Idempotency-Key", "k"), delete(user, "Idempotency-Key", "k"));
        assertThat(delete(user).statusCode()).isEqualTo(404);
    }

    private static final String JSON = "application/json";

    private static void assertReplayed(HttpResponse<String> first, HttpResponse<String> second) {
        assertThat(first.statusCode()).as(first.body()).isBetween(200, 204);
        assertThat(second.statusCode()).isEqualTo(first.statusCode());
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().allValues("ETag")).isEqualTo(first.headers().allValues("ETag"));
        assertThat(second.headers().allValues("Location"))
                .isEqualTo(first.headers().allValues("Location"));
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(second.headers().firstValue("Idempotency-Replayed")).contains("true");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(json(answer).get("detail").asText()).contains(detail);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return TestService.json(answer);
    }

    /** A path of Jersey's, or of Jetty's: Dropwizard lets one set both. */
    @ParameterizedTest
    @ValueSource(strings = {"server.rootPath: /api/*", "server.applicationContextPath: /api"})
    void aLocationIsBelowThePathOfTheApplication(String setting) throws Exception {
        String[] parts = setting.split(": ");
        TestService below = TestService.on(database, ConfigOverride.config(parts[0], parts[1]));
        try {
            HttpRequest request = HttpRequest.newBuilder(below.uri("/api/users"))
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .POST(BodyPublishers.ofString("{\"email\":\"%s\"}".formatted(email())))
                    .build();

            HttpResponse<String> created = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            HttpResponse<String> repeated = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

            assertThat(created.statusCode()).isEqualTo(201);
            String location = created.headers().firstValue("Location").orElseThrow();
            assertThat(location)
                    .isEqualTo(below.uri("/api/users/" + json(created).get("id").asText())
                            .toString());
            HttpRequest read = HttpRequest.newBuilder(URI.create(location)).build();
            assertThat(HttpClient.newHttpClient()
                            .send(read, BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(repeated.headers().firstValue("Location")).hasValue(location);
        } finally {
            below.stop();
        }
    }
}
