package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the developer of a front end counts on: pages that follow each other, answers that a browser lets its page read, and
 * mistakes in the form that FastAPI's clients know.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesFrontEndsTest {

    private static final String PAGE = "https://app.example.com";

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database, ConfigOverride.config("cors.origins", PAGE));

    @AfterAll
    void stop() {
        service.stop();
    }

    private String newUser() {
        return service.post("/users", "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID()))
                .headers()
                .firstValue("Location")
                .map(location -> URI.create(location).getPath())
                .orElseThrow();
    }

    /** Those of one transaction, such as an import, have the same time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    void pagesHaveEachRowOnce(int limit) {
        String user = newUser();
        database.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO quiz_responses (user_id, quiz_data, created_at)
                SELECT ?, jsonb_build_object('n', n), now() + n / 5 * interval '1 us' FROM generate_series(0, 14) n
                """, UUID.fromString(user.substring("/users/".length()))));

        List<JsonNode> all = new ArrayList<>();
        Optional<String> next = Optional.of(user + "/quiz-responses?limit=" + limit);
        while (next.isPresent()) {
            HttpResponse<String> page = service.get(next.get());
            assertThat(json(page)).hasSizeBetween(1, limit);
            assertThat(link(page, "first")).contains(user + "/quiz-responses?limit=" + limit);
            json(page).forEach(all::add);
            next = link(page, "next");
        }

        assertThat(all.stream().map(row -> row.at("/quiz_data/n").asInt() / 5))
                .containsExactly(2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0);
        assertThat(all.stream().map(row -> row.get("id"))).doesNotHaveDuplicates();
    }

    /** Of what the page has, and not only of its rows: one is 400 KiB here. The first one is there whatever it has. */
    @Test
    void aPageIsBoundedInBytesToo() {
        String user = newUser();
        database.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO quiz_responses (user_id, quiz_data, created_at)
                SELECT ?, jsonb_build_object('n', n, 'text', repeat('x', (CASE WHEN n = 1 THEN 3 ELSE 1 END) * 400 * 1024)),
                    now() - n * interval '1 s' FROM generate_series(1, 6) n
                """, UUID.fromString(user.substring("/users/".length()))));

        List<List<Integer>> pages = new ArrayList<>();
        Optional<String> next = Optional.of(user + "/quiz-responses");
        while (next.isPresent()) {
            HttpResponse<String> page = service.get(next.get());
            pages.add(json(page).findValuesAsText("n").stream()
                    .map(Integer::valueOf)
                    .toList());
            next = link(page, "next");
        }

        assertThat(pages).containsExactly(List.of(1), List.of(2, 3, 4), List.of(5, 6));
    }

    @Test
    void rowsThatComeAndGoMoveNoPage() {
        List<String> users = List.of(newUser(), newUser(), newUser());
        String next = link(service.get("/users?limit=1"), "next").orElseThrow();

        newUser();
        service.send("DELETE", users.get(2), null); // the one that the cursor names

        assertThat(json(service.get(next)).get(0)).isEqualTo(json(service.get(users.get(1))));
        assertThat(json(service.get("/users"))).hasSizeBetween(3, 20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0    | limit: must be greater than or equal to 1",
                "limit=101  | limit: must be less than or equal to 100",
                "limit=x    | limit: is not a valid value",
                "after=     | after: must be as a Link header has it",
                "after=AAAA | after: must be as a Link header has it"
            })
    void saysWhatIsNoPage(String query, String detail) {
        assertProblem(service.get("/users?" + query), 422, detail);
    }

    @Test
    void aPageIsNotAskedForByItsNumber() {
        String responses = newUser() + "/quiz-responses";

        for (String list : List.of("/users", responses)) {
            assertProblem(service.get(list + "?offset=1"), 422, "offset: must be 0: the Link header has the next page");
            assertThat(service.get(list + "?offset=0").statusCode()).isEqualTo(200);
        }
        assertProblem(service.get(responses + "?limit=1001"), 422, "limit: ");
    }

    /** Also times that no calendar has. */
    @ParameterizedTest
    @ValueSource(strings = {"________________________________", "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "f___________"})
    void anInventedPlaceIsAPlace(String start) {
        assertThat(service.get("/users?after=" + (start + "A".repeat(32)).substring(0, 32))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /users              | {}                     | [\"body\",\"email\"]     | missing",
                "POST   | /users              | {\"email\":\"x\"}  | [\"body\",\"email\"]     | value_error",
                "POST   | /users              | {\"email\":[]}       | [\"body\",\"email\"]     | string_type",
                "POST   | /users              | []                     | [\"body\"]                 | model_attributes_type",
                "POST   | /users              | null                   | [\"body\"]                 | missing",
                "POST   | /complex-operation  | {\"quiz_data\":1}    | [\"body\",\"quiz_data\"] | dict_type",
                "GET    | /users?limit=0      |                        | [\"query\",\"limit\"]    | greater_than_equal",
                "GET    | /users?limit=101    |                        | [\"query\",\"limit\"]    | less_than_equal",
                "GET    | /users?limit=many   |                        | [\"query\",\"limit\"]    | int_parsing",
                "GET    | /users?after=here   |                        | [\"query\",\"after\"]    | string_pattern_mismatch",
                "DELETE | /users/me           |                        | [\"path\",\"user_id\"]   | uuid_parsing"
            })
    void mistakesAreToldAsTheClientKnowsThem(String method, String path, String body, String place, String type) {
        HttpResponse<String> details = service.send(method, path, body, "Content-Type", JSON, "Accept", JSON);
        HttpResponse<String> problem =
                service.send(method, path, body, "Content-Type", JSON, "Accept", JSON + ", application/problem+json");

        assertThat(details.statusCode()).as(details.body()).isEqualTo(422);
        assertThat(details.headers().firstValue("Content-Type")).contains(JSON);
        JsonNode detail = json(details).at("/detail/0");
        assertThat(detail.get("loc")).hasToString(place);
        assertThat(detail.get("type").asText()).isEqualTo(type);
        assertThat(json(details)).hasSize(1);
        assertProblem(problem, 422, detail.get("msg").asText());
        JsonNode error = json(problem).at("/errors/0");
        assertThat(error.get("in")).isEqualTo(detail.at("/loc/0"));
        assertThat(error.get("message")).isEqualTo(detail.get("msg"));
        assertThat(error.get("type")).isEqualTo(detail.get("type"));
    }

    /** Who takes anything gets what says the most, and what is no mistake in a field is a problem to everybody. */
    @Test
    void problemsAreTheDefault() {
        for (String accept : List.of("*/*", "application/*", JSON + ", text/plain, */*")) {
            assertProblem(service.send("GET", "/users?limit=0", null, "Accept", accept), 422, "limit: ");
        }
        assertProblem(service.get("/users?limit=0"), 422, "limit: ");
        assertProblem(service.send("GET", "/users/" + UUID.randomUUID(), null, "Accept", JSON), 404, "User not found");
    }

    private HttpResponse<String> preflight(String origin) {
        return service.send(
                "OPTIONS",
                "/users/" + UUID.randomUUID(),
                null,
                "Origin",
                origin,
                "Access-Control-Request-Method",
                "PATCH",
                "Access-Control-Request-Headers",
                "content-type,idempotency-key,if-match");
    }

    @Test
    void aBrowserIsToldWhichPagesMayAsk() {
        HttpResponse<String> preflight = preflight(PAGE);

        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(allowed(preflight)).contains(PAGE);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValueSatisfying(methods -> assertThat(methods).contains("PATCH", "DELETE"));
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers"))
                .hasValueSatisfying(headers -> assertThat(headers)
                        .contains("Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Authorization"));
        assertThat(preflight.headers().firstValue("Access-Control-Max-Age")).isPresent();
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
        for (String other : List.of("https://app.example.com.evil.example", "http://app.example.com", "null")) {
            assertThat(allowed(preflight(other))).as(other).isEmpty();
        }
    }

    /** Also of what went wrong, or the page could not say what. */
    @Test
    void aPageReadsTheAnswersAndTheirHeaders() {
        for (String path : List.of("/users", "/users?limit=0", "/users/" + UUID.randomUUID(), "/nowhere", "/livez")) {
            HttpResponse<String> answer = service.send("GET", path, null, "Origin", PAGE);
            assertThat(allowed(answer)).as(path).contains(PAGE);
            assertThat(answer.headers().allValues("Vary")).anyMatch(vary -> vary.contains("Origin"));
            assertThat(answer.headers()
                            .firstValue("Access-Control-Expose-Headers")
                            .orElseThrow())
                    .contains("ETag", "Link", "Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed");
            HttpResponse<String> other = service.send("GET", path, null, "Origin", "https://evil.example");
            assertThat(allowed(other)).as(path).isEmpty();
            assertThat(other.headers().allValues("Vary")).anyMatch(vary -> vary.contains("Origin"));
            assertThat(other.statusCode()).isEqualTo(answer.statusCode());
        }
        assertThat(allowed(service.get("/users"))).isEmpty();
        assertThat(allowed(service.admin("/metrics", "Origin", PAGE))).isEmpty();
    }

    private static Optional<String> allowed(HttpResponse<String> answer) {
        return answer.headers().firstValue("Access-Control-Allow-Origin");
    }

    private static final String JSON = "application/json";

    /** Where a link of an answer leads, within the service. */
    private Optional<String> link(HttpResponse<String> answer, String relation) {
        Matcher link = Pattern.compile("<([^>]*)>; rel=\"" + relation + "\"")
                .matcher(answer.headers().firstValue("Link").orElseThrow());
        return link.find()
                ? Optional.of(link.group(1).substring(service.uri("").toString().length()))
                : Optional.empty();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(json(answer).get("detail").asText()).contains(detail);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return TestService.json(answer);
    }
}
