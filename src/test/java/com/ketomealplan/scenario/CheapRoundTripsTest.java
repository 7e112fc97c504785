package com.ketomealplan.scenario;

import static com.ketomealplan.testing.TestService.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.ketomealplan.testing.FlightCounter;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a request costs in round trips, each of which the distance to the database multiplies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheapRoundTripsTest {

    private final TestDatabase database = TestDatabase.migrated();
    private FlightCounter counter;
    private TestService service;

    @BeforeAll
    void start() throws Exception {
        counter = new FlightCounter(database.endpoint().hosts().get(0).port());
        String direct = "@" + database.endpoint().hosts().get(0) + "/";
        service = TestService.at(database.url().replace(direct, "@127.0.0.1:" + counter.port() + "/"));
        for (int i = 0; i < 10; i++) { // until the driver has prepared its statements by name
            assertThat(operation("Accept", "*/*").statusCode()).isEqualTo(201);
            assertThat(operation("Idempotency-Key", UUID.randomUUID().toString())
                            .statusCode())
                    .isEqualTo(201);
            assertThat(read().statusCode()).isEqualTo(404);
            assertThat(changeAndDelete()).hasSize(7);
        }
    }

    private int roundTripsOf(Supplier<HttpResponse<String>> request, int status) {
        counter.roundTrips();
        assertThat(request.get().statusCode()).isEqualTo(status);
        return counter.roundTrips();
    }

    @AfterAll
    void stop() throws Exception {
        service.stop();
        counter.close();
    }

    private HttpResponse<String> operation(String header, String value) {
        return service.send(
                "POST",
                "/complex-operation",
                "{\"email\":\"%s@example.com\",\"quiz_data\":{}}".formatted(UUID.randomUUID()),
                "Content-Type",
                "application/json",
                header,
                value);
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    @Test
    void twoInsertsAndACommitAreThree() {
        assertThat(roundTripsOf(() -> operation("Accept", "*/*"), 201)).isEqualTo(3);
    }

    @Test
    void aKeyAddsOne() {
        String key = UUID.randomUUID().toString();
        assertThat(roundTripsOf(() -> operation("Idempotency-Key", key), 201)).isEqualTo(4);
    }

    @Test
    void aReadIsOne() {
        assertThat(roundTripsOf(this::read, 404)).isEqualTo(1);
    }

    /** A user's list with the question whether there is the user, a change with the one whether it is meant for this version. */
    @Test
    void aPageIsOneAndAChangeIsAStatementAndACommit() {
        assertThat(changeAndDelete())
                .containsExactly(
                        entry("user", 1),
                        entry("users", 1),
                        entry("responses", 1),
                        entry("no responses", 1),
                        entry("response", 2),
                        entry("change", 2),
                        entry("deletion", 2));
    }

    private Map<String, Integer> changeAndDelete() {
        String user = json(operation("Accept", "*/*")).get("user_id").asText();
        String path = "/users/" + user;
        String responses = path + "/quiz-responses";
        String first = json(service.get(responses)).get(0).get("id").asText();
        Map<String, Integer> trips = new LinkedHashMap<>();
        trips.put("user", roundTripsOf(() -> service.get(path), 200));
        trips.put("users", roundTripsOf(() -> service.get("/users?limit=1"), 200));
        trips.put("responses", roundTripsOf(() -> service.get(responses), 200));
        service.send("DELETE", responses + "/" + first, null);
        trips.put("no responses", roundTripsOf(() -> service.get(responses), 200));
        trips.put("response", roundTripsOf(() -> service.post(responses, "{\"quiz_data\":{}}"), 201));
        trips.put(
                "change",
                roundTripsOf(
                        () -> service.send(
                                "PATCH",
                                path,
                                "{}",
                                "Content-Type",
                                "application/merge-patch+json",
                                "If-Match",
                                "\"1\""),
                        200));
        trips.put("deletion", roundTripsOf(() -> service.send("DELETE", path, null, "If-Match", "\"1\""), 204));
        return trips;
    }
}
