package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.Contract;
import com.ketomealplan.testing.GeneratedRequests;
import com.ketomealplan.testing.GeneratedRequests.Request;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client makes of the API's document is answered as that says. {@link TestService} holds each answer against it. */
@Tag("campaign-only")
@Tag("any-jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesByContractTest {

    private static final int REQUESTS = 1_000;

    /** Until each operation was answered by a success: some need an id that others have returned. */
    private static final int MOST_REQUESTS = 20_000;

    private final TestService service = TestService.on(TestDatabase.migrated());

    @AfterAll
    void stop() {
        service.stop();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whatTheDocumentAllowsIsTakenAndWhatItDoesNotIsRefused(long seed) {
        JsonNode document = Contract.ofService().document();
        GeneratedRequests requests = new GeneratedRequests(document, seed);
        Set<String> operations = new TreeSet<>(document.path("paths").findValuesAsText("operationId"));
        Set<String> succeeded = new TreeSet<>();
        for (int i = 0; i < REQUESTS || i < MOST_REQUESTS && !succeeded.containsAll(operations); i++) {
            Request request = requests.next();

            HttpResponse<String> answer = service.send(
                    request.method(),
                    request.path(),
                    request.body(),
                    request.headers().toArray(String[]::new));

            String what = "%s -> %d %s".formatted(request, answer.statusCode(), answer.body());
            if (request.valid()) {
                assertThat(answer.statusCode()).as(what).isIn(200, 201, 204, 304, 404, 409, 412);
            } else if (!request.operation().isEmpty()) {
                assertThat(answer.statusCode()).as(what).isBetween(400, 499);
            }
            if (answer.statusCode() < 300) {
                succeeded.add(request.operation());
            }
            if (answer.statusCode() == 201) {
                requests.created(TestService.json(answer));
            }
        }
        succeeded.remove("");
        assertThat(succeeded).as("operations that were answered by a success").isEqualTo(operations);
    }
}
