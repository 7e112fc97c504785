package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of the FastAPI service finds here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesApiTest {

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @AfterAll
    void stop() {
        service.stop();
    }

    private static String email() {
        return UUID.randomUUID() + "@example.com";
    }

    private HttpResponse<String> complexOperation(String email, String quizData) {
        return service.post("/complex-operation", "{\"email\":\"%s\",\"quiz_data\":%s}".formatted(email, quizData));
    }

    @Test
    void createsAUserAndAQuizResponseTogether() throws Exception {
        String email = email();
        String quiz = "{\"goal\":\"energy\",\"meals\":[1,2.5,null,true],\"nested\":{\"ä\":\"☃\"}}";

        HttpResponse<String> created = complexOperation(email, quiz);

        assertThat(created.statusCode()).isEqualTo(201);
        JsonNode ids = json(created);
        assertThat(ids.properties().stream().map(java.util.Map.Entry::getKey)).containsExactly("user_id", "quiz_id");
        String userId = ids.get("user_id").asText();

        JsonNode user = json(service.get("/users/" + userId));
        assertThat(user.get("id").asText()).isEqualTo(userId);
        assertThat(user.get("email").asText()).isEqualTo(email);
        assertThat(user.get("created_at").asText()).endsWith("Z");
        assertThat(Instant.parse(user.get("created_at").asText())).isBeforeOrEqualTo(Instant.now());
        assertThat(user.size()).isEqualTo(3);

        JsonNode responses = json(service.get("/users/" + userId + "/quiz-responses"));
        assertThat(responses).hasSize(1);
        assertThat(responses.get(0).get("id")).isEqualTo(ids.get("quiz_id"));
        assertThat(responses.get(0).get("user_id")).isEqualTo(ids.get("user_id"));
        assertThat(responses.get(0).get("quiz_data")).isEqualTo(new ObjectMapper().readTree(quiz));
        assertThat(responses.get(0).get("created_at").asText()).endsWith("Z");
    }

    /** With its length in front, and in pieces, whose sum nobody knows before. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesABodyThatIsTooLarge(boolean inPieces) throws Exception {
        int before = database.count("users");

        HttpResponse<String> refused = send(inPieces, 1024 * 1024);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(json(refused).get("detail").asText())
                .isEqualTo("The body has more than the 1048576 bytes that are taken.");
        assertThat(database.count("users")).isEqualTo(before);

        assertThat(send(inPieces, 1024 * 1024 - 200).statusCode()).isEqualTo(201);
    }

    private HttpResponse<String> send(boolean inPieces, int textLength) throws Exception {
        byte[] body = "{\"email\":\"%s\",\"quiz_data\":{\"text\":\"%s\"}}"
                .formatted(email(), "x".repeat(textLength))
                .getBytes(StandardCharsets.UTF_8);
        BodyPublisher publisher = inPieces
                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                : BodyPublishers.ofByteArray(body);
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(service.uri("/complex-operation"))
                                .header("Content-Type", "application/json")
                                .POST(publisher)
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    void createsBothOrNeither() {
        String email = email();
        assertThat(complexOperation(email, "{}").statusCode()).isEqualTo(201);
        int users = database.count("users");
        int responses = database.count("quiz_responses");

        assertProblem(complexOperation(email.toUpperCase(java.util.Locale.ROOT), "{}"), 409, "e-mail");

        // stored by the first statement, refused by the second
        database.jdbi()
                .useHandle(handle -> handle.execute(
                        "ALTER TABLE quiz_responses ADD CONSTRAINT not_refused CHECK (NOT quiz_data ? 'refused')"
                                .replace("?", "??")));
        assertProblem(complexOperation(email(), "{\"refused\":1}"), 409, "conflicts");
        assertThat(database.count("users")).isEqualTo(users);
        assertThat(database.count("quiz_responses")).isEqualTo(responses);
    }

    @Test
    void createsAUser() throws Exception {
        HttpResponse<String> created = service.post("/users", "{\"email\":\"%s\"}".formatted(email()));

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location").orElseThrow())
                .endsWith("/users/" + json(created).get("id").asText());
    }

    /** Nothing may be lost of what a client sends. */
    @ParameterizedTest
    @ValueSource(strings = {" x", "}", " {\"email\":\"other@example.com\"}", " null", ","})
    void refusesABodyThatGoesOnAfterItsValue(String rest) {
        int before = database.count("users");

        assertProblem(
                service.post("/users", "{\"email\":\"%s\"}%s".formatted(email(), rest)), 400, "not well-formed JSON");

        assertThat(database.count("users")).isEqualTo(before);
    }

    /** The JDK would take the last digits of each group. */
    @Test
    void aUserHasOneAddress() throws Exception {
        String id = json(service.post("/users", "{\"email\":\"%s\"}".formatted(email())))
                .get("id")
                .asText();

        for (String odd : List.of("f" + id, "+" + id.substring(1), id.replaceFirst("-", "-0"), "1-1-1-1-1")) {
            assertProblem(service.get("/users/" + odd), 422, "user_id: is not a valid value");
            assertProblem(service.send("DELETE", "/users/" + odd, null), 422, "user_id: is not a valid value");
        }
        assertThat(service.get("/users/" + id.toUpperCase(java.util.Locale.ROOT))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void saysThatAUserIsNotThere() {
        assertProblem(service.get("/users/" + UUID.randomUUID()), 404, "User not found");
        assertProblem(service.get("/users/" + UUID.randomUUID() + "/quiz-responses"), 404, "User not found");
        assertProblem(service.get("/users/not-a-uuid"), 422, "user_id: is not a valid value");
        HttpResponse<String> badPath = service.get("/users/%00");
        assertProblem(badPath, 400, "not well-formed HTTP");
        assertThat(badPath.headers().firstValue("Connection")).contains("close");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                          | email: must not be null; quiz_data: must not be null",
                "{\"email\":\"x\",\"quiz_data\":{}}          | email: must be an e-mail address",
                "{\"email\":\"a@b\",\"quiz_data\":{}}        | email: must be an e-mail address",
                "{\"email\":\"a\\u0000@b.co\",\"quiz_data\":{}} | email: must be an e-mail address",
                "{\"email\":\"a\\ud800@b.co\",\"quiz_data\":{}} | email: must be an e-mail address",
                "{\"email\":\"a@b.co\",\"quiz_data\":[]}     | quiz_data: is not of the right type",
                "{\"email\":\"a@b.co\",\"quiz_data\":\"x\"}  | quiz_data: is not of the right type",
                "{\"email\":{},\"quiz_data\":{}}             | email: is not of the right type",
                "{\"email\":\"a@b.co\",\"quiz_data\":null}   | quiz_data: must not be null",
                "[]                                          | body: is not of the right type",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":[\"\\u0000\"]}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\\u0000\":1}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":\"\\ud800\"}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":1e1001}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":1e-99999}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":1e-1000}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":[-1.5e-999]}} | quiz_data: must have no NUL",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":0e-1000}} | quiz_data: must have no NUL",
                "null                                        | body: must not be null"
            })
    void namesEachFieldAtFault(String body, String detail) {
        HttpResponse<String> answer = service.post("/complex-operation", body);

        assertProblem(answer, 422, detail);
        assertThat(json(answer).get("errors")).isNotEmpty();
    }

    @Test
    void refusesWhatIsTooDeepOrTooLong() {
        String deep = "{\"a\":".repeat(200) + "1" + "}".repeat(200);
        String number = "{\"a\":" + "9".repeat(1_100) + "}";

        assertProblem(complexOperation(email(), deep), 422, "nested too deeply");
        assertProblem(complexOperation(email(), number), 422, "too long a number");
    }

    @Test
    void givesBackWhatItWasGiven() throws Exception {
        String quiz = "{\"pi\":3.14159265358979323846264338327950288,\"one\":1.0,\"big\":1e300,\"small\":-1E-300,"
                + "\"long\":123456789012345678901234567890,\"text\":\"\\ud83d\\ude00 ' \\\" ; DROP TABLE users; --\","
                + "\"deep\":" + "[".repeat(90) + "]".repeat(90) + "}";

        String userId = json(complexOperation(email(), quiz)).get("user_id").asText();

        String stored = service.get("/users/" + userId + "/quiz-responses").body();
        assertThat(stored)
                .contains("\"pi\":3.14159265358979323846264338327950288")
                .contains("\"one\":1.0")
                .contains("\"long\":123456789012345678901234567890")
                .contains("\\uD83D\\uDE00 ' \\\" ; DROP TABLE users; --")
                .contains("[".repeat(90));
        JsonNode numbers =
                json(service.get("/users/" + userId + "/quiz-responses")).at("/0/quiz_data");
        assertThat(numbers.get("big").asDouble()).isEqualTo(1e300);
        assertThat(numbers.get("small").asDouble()).isEqualTo(-1e-300);
    }

    /** The database writes them with 1000 digits, which is as many as are read. */
    @ParameterizedTest
    @ValueSource(strings = {"1e999", "-9.99e999", "1e-999", "-1.5e-998", "0e-999", "123.456e-996"})
    void givesBackNumbersOfTheMostDigits(String number) {
        String userId = json(complexOperation(email(), "{\"a\":" + number + "}"))
                .get("user_id")
                .asText();

        HttpResponse<String> stored = service.get("/users/" + userId + "/quiz-responses");

        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        Matcher written = Pattern.compile("\"a\":([^}]+)}").matcher(stored.body());
        assertThat(written.find()).isTrue();
        assertThat(new BigDecimal(written.group(1))).isEqualByComparingTo(number);
    }

    /** The database writes exponents out: a number of 5 bytes has 1000 digits. */
    @Test
    void refusesExponentsThatStandForTooManyDigits() {
        for (int count : List.of(1_055, 170_000)) {
            assertProblem(complexOperation(email(), numbers(count, "1e999")), 422, "1048576 digits in all");
        }
        assertProblem(complexOperation(email(), numbers(1_100, "1e-999")), 422, "1048576 digits in all");

        assertGivesBack(numbers(1_054, "1e999"));
    }

    /** However many numbers a body has that are written out, or have the exponents of everyday. */
    @ParameterizedTest
    @ValueSource(strings = {"7", "-1234567890", "0.001", "-12.50", "0.000000001", "2.220446049250313e-16"})
    void takesABodyFullOfNumbers(String number) {
        assertGivesBack(numbers(1_000_000 / (number.length() + 1), number));
    }

    private static String numbers(int count, String number) {
        return "{\"a\":[" + String.join(",", Collections.nCopies(count, number)) + "]}";
    }

    private void assertGivesBack(String quizData) {
        HttpResponse<String> created = complexOperation(email(), quizData);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String userId = json(created).get("user_id").asText();
        assertThat(service.get("/users/" + userId + "/quiz-responses").statusCode())
                .isEqualTo(200);
    }

    @Test
    void namesTheMissingBody() {
        assertProblem(service.post("/users", ""), 422, "body: must not be null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"email\":}",
                "nonsense",
                "{\"email\":\"a@b.co\"",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":}}",
                "{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":1,\"a\":2}}",
                "{\"email\":\"a@b.co\",\"email\":\"c@b.co\",\"quiz_data\":{}}"
            })
    void refusesWhatIsNoJson(String body) {
        assertProblem(service.post("/complex-operation", body), 400, "not well-formed JSON");
    }

    @Test
    void answersErrorsOfHttpAsProblems() {
        assertProblem(service.get("/nowhere"), 404, "nothing at this path");
        assertProblem(service.get("/complex-operation"), 405, "method");
        assertProblem(service.send("POST", "/users", "x", "Content-Type", "text/plain"), 415, "application/json");
        assertProblem(service.send("GET", "/users/" + UUID.randomUUID(), null, "Accept", "image/png"), 406, "json");
        assertProblem(service.send("TRACE", "/users", null), 405, "method");
        assertProblem(
                service.send("POST", "/users", "{}", "Content-Type", "application/json", "Content-Encoding", "gzip"),
                400,
                "Content-Encoding");
        assertProblem(service.send("GET", "/", null, "X-Large", "x".repeat(10_000)), 431, "headers");
        service.reconnect();
    }

    @Test
    void noPageOfAnotherOriginMayReadIt() {
        String page = "https://app.example.com";

        for (String method : List.of("GET", "OPTIONS")) {
            HttpResponse<String> answer =
                    service.send(method, "/users", null, "Origin", page, "Access-Control-Request-Method", "GET");
            assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        }
    }

    @Test
    void saysWhichMethodsAPathTakes() {
        HttpResponse<String> options = service.send("OPTIONS", "/users", null);
        HttpResponse<String> refused = service.send("PUT", "/users", "{}", "Content-Type", "application/json");

        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(methods(options)).containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS", "POST");
        assertProblem(refused, 405, "method");
        assertThat(methods(refused)).containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS", "POST");
        assertThat(methods(service.send("OPTIONS", "/users/" + UUID.randomUUID(), null)))
                .containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS", "PATCH", "DELETE");
        assertThat(methods(service.send("DELETE", "/livez", null))).containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS");
        assertThat(methods(service.send("OPTIONS", "/livez", null)))
                .containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS");
        assertThat(methods(service.send("TRACE", "/users", null)))
                .contains("GET", "POST")
                .doesNotContain("TRACE");
        HttpResponse<String> head = service.send("HEAD", "/health", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    private static Set<String> methods(HttpResponse<String> answer) {
        return Set.of(answer.headers().firstValue("Allow").orElseThrow().split(",\\s*"));
    }

    @Test
    void givesEveryAnswerTheRequestsId() {
        HttpResponse<String> own = service.send("GET", "/nowhere", null, "X-Request-Id", "from-the-client.1");
        HttpResponse<String> unsound = service.send("GET", "/nowhere", null, "X-Request-Id", "a b\"<>");

        assertThat(own.headers().firstValue("X-Request-Id")).contains("from-the-client.1");
        assertThat(json(own).get("request_id").asText()).isEqualTo("from-the-client.1");
        assertThat(UUID.fromString(unsound.headers().firstValue("X-Request-Id").orElseThrow()))
                .hasToString(json(unsound).get("request_id").asText());
    }

    /** A failed COMMIT: the row is inserted, and a deferred trigger refuses it at the very end. */
    @Test
    void aFailedCommitIsNeverASuccess() {
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$ BEGIN RAISE EXCEPTION 'secret of the trigger'; END $$");
            handle.execute("CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON users"
                    + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
                    + " WHEN (NEW.email LIKE 'refuse-%') EXECUTE FUNCTION refuse()");
        });
        String email = "refuse-" + email();

        HttpResponse<String> answer = complexOperation(email, "{}");

        assertProblem(answer, 500, "could not be processed");
        assertThat(answer.body()).doesNotContain("secret");
        assertThat(database.jdbi().<Integer, RuntimeException>withHandle(handle -> handle.createQuery(
                                "SELECT count(*) FROM users WHERE email = :email")
                        .bind("email", email)
                        .mapTo(int.class)
                        .one()))
                .isZero();
    }

    @Test
    void aRequestThatNeedsNoDatabaseBorrowsNoConnection() {
        long before = service.gauge("pool.database.borrowed");

        service.get("/nowhere");
        service.get("/users/not-a-uuid");
        service.post("/users", "{}");

        assertThat(service.gauge("pool.database.borrowed")).isEqualTo(before);
    }

    @Test
    void everyConnectionIsReturned() {
        service.get("/users/" + UUID.randomUUID());
        complexOperation(email(), "{}");

        assertThat(service.gauge("pool.database.active")).isZero();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asText()).isNotBlank();
        assertThat(problem.get("detail").isTextual()).isTrue();
        assertThat(problem.get("detail").asText()).contains(detail);
        assertThat(problem.get("request_id").asText())
                .isEqualTo(answer.headers().firstValue("X-Request-Id").orElseThrow());
        assertThat(answer.body())
                .doesNotContainPattern("(?i)exception|select |insert |com\\.ketomealplan|org\\.|\\n\\s+at ");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return TestService.json(answer);
    }
}
