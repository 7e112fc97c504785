package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who holds which connection is known on both sides: at the admin port, and to who looks into the server. */
class HonestHoldersTest {

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service =
            TestService.on(database, ConfigOverride.config("database.unitOfWork.deadline", "1m"));

    @AfterEach
    void stop() {
        service.stop();
    }

    private JsonNode connections() {
        return TestService.json(service.admin("/connections"));
    }

    @Test
    void aConnectionInUseNamesItsRequestUnitAndStatement() throws Exception {
        CompletableFuture<HttpResponse<String>> answer;
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE quiz_responses");
            answer = Clients.async(() -> service.send(
                    "POST",
                    "/complex-operation",
                    "{\"email\":\"ada@example.com\",\"quiz_data\":{}}",
                    "Content-Type",
                    "application/json",
                    "X-Request-Id",
                    "who-is-it"));
            await().until(() -> connections().findValuesAsText("statement").contains("QuizResponseDao.insert"));

            JsonNode held = connections().get(0);
            assertThat(held.get("state").asText()).isEqualTo("used");
            assertThat(held.get("unit").asText()).isEqualTo("ComplexOperationResource.create");
            assertThat(held.get("request_id").asText()).isEqualTo("who-is-it");
            long heldMillis = held.get("held_ms").asLong(-1);
            assertThat(heldMillis).isNotNegative();
            await().until(() -> connections().get(0).get("held_ms").asLong() > heldMillis);
            String query = database.jdbi().withHandle(handle -> handle.createQuery(
                            "SELECT application_name || ': ' || query FROM pg_stat_activity"
                                    + " WHERE backend_xid = :id::xid8::xid")
                    .bind("id", held.get("transaction_id").asText())
                    .mapTo(String.class)
                    .one());
            assertThat(query)
                    .startsWith(
                            "keto-meal-plan-api: /*action='ComplexOperationResource.create',statement='QuizResponseDao.insert'*/ INSERT");
            other.rollback();
        }

        assertThat(answer.join().statusCode()).isEqualTo(201);
        await().until(() -> connections().get(0).get("state").asText().equals("idle"));
        assertThat(connections().get(0).get("unit").isNull()).isTrue();
    }
}
