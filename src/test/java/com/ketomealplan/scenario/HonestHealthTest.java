package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.Relay;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Health as monitoring sees it, on both ports and in both strategies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestHealthTest {

    private final TestDatabase database = TestDatabase.migrated();

    /** Each test has its own: they differ in their databases and settings. */
    private TestService service;

    @AfterEach
    void stop() {
        service.stop();
    }

    /** On a slow machine the first answer may come after the start. */
    private void awaitState(String state) {
        await().until(() -> service.get("/health").body().contains("\"state\":\"" + state + "\""));
    }

    @Test
    void hasTheShapeThatMonitoringKnows() {
        service = TestService.on(database);

        awaitState("up");
        HttpResponse<String> health = service.get("/health");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body())
                .startsWith(
                        "{\"status\":\"healthy\",\"service\":\"keto-meal-plan-api\",\"environment\":\"development\","
                                + "\"components\":{\"api\":\"healthy\",\"database\":{\"status\":\"healthy\","
                                + "\"database\":\"connected\",\"pool_size\":5,\"pool_overflow\":0,\"pool_checked_out\":0,"
                                + "\"state\":\"up\",\"since\":\"2")
                .contains("\"explanation\":\"The database answers.\",\"last_success\":\"2")
                .doesNotContain("last_failure");
        JsonNode check = TestService.json(service.admin("/healthcheck"));
        assertThat(check.at("/database/healthy").asBoolean()).isTrue();
        assertThat(check.at("/database/state").asText()).isEqualTo("up");
        assertThat(check.at("/readiness/healthy").asBoolean()).isTrue();
        await().until(() -> service.get("/health-check?type=ready").statusCode() == 200); // is asked now and then
    }

    @Test
    void leavesThePoolOutWhereThereIsNone() {
        service = TestService.on(database, ConfigOverride.config("environment", "production"));
        awaitState("up");

        assertThat(service.get("/health").body())
                .startsWith("{\"status\":\"healthy\",\"service\":\"keto-meal-plan-api\",\"environment\":\"production\","
                        + "\"components\":{\"api\":\"healthy\",\"database\":{\"status\":\"healthy\","
                        + "\"database\":\"connected\",\"state\":\"up\"");
        Stream.of("active", "idle", "waiting", "size", "max", "borrowed", "returned", "opened", "timeouts", "leaked")
                .forEach(gauge ->
                        assertThat(service.gauge("pool.database." + gauge)).isNotNegative());
    }

    @Test
    void startsWithoutADatabaseIsReadySaysWhyAndRecoversByItself() throws Exception {
        int port = FreePort.next();
        String target = database.endpoint().hosts().get(0).toString();
        service = TestService.at(database.url().replace(target, "127.0.0.1:" + port));

        for (String path : List.of("/livez", "/startupz")) {
            assertThat(service.get(path).body()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(service.admin(path).body()).isEqualTo("{\"status\":\"ok\"}");
        }
        awaitState("down");
        HttpResponse<String> ready = service.get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).isEqualTo("{\"status\":\"ok\",\"server\":\"serving\",\"database\":\"down\"}");
        HttpResponse<String> down = service.get("/health");
        assertThat(down.statusCode()).isEqualTo(503);
        JsonNode report = TestService.json(down);
        assertThat(report.get("status").asText()).isEqualTo("unhealthy");
        assertThat(report.at("/components/api").asText()).isEqualTo("healthy");
        assertThat(report.at("/components/database/status").asText()).isEqualTo("unhealthy");
        assertThat(report.at("/components/database/database").asText()).isEqualTo("disconnected");
        assertThat(down.body()).doesNotContain(String.valueOf(port)).doesNotContain(database.password());

        HttpResponse<String> check = service.admin("/healthcheck");
        assertThat(check.statusCode()).isEqualTo(500);
        assertThat(TestService.json(check).at("/database/message").asText())
                .contains("127.0.0.1:" + port)
                .contains("ConnectException")
                .doesNotContain(database.password());

        HttpResponse<String> request = service.get("/users/" + UUID.randomUUID());
        assertThat(request.statusCode()).isEqualTo(503);
        assertThat(request.headers().firstValue("Retry-After")).contains("1");
        assertThat(TestService.json(request).get("detail").asText()).contains("cannot be reached");

        try (Relay relay = new Relay(port, database.endpoint().hosts().get(0).port())) {
            await().untilAsserted(() ->
                    assertThat(service.get("/health").statusCode()).isEqualTo(200));
            assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
            assertThat(relay.isOpen()).isTrue();
        }
    }

    @Test
    void aBusyPoolIsNotASickDatabase() throws Exception {
        service = TestService.on(
                database,
                ConfigOverride.config("database.pooled.keep", "1"),
                ConfigOverride.config("database.pooled.overflow", "0"),
                ConfigOverride.config("database.unitOfWork.deadline", "1m"));
        String body = "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID());
        try (Connection blocker = database.connect()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE users");
            CompletableFuture<HttpResponse<String>> blocked = Clients.async(() -> service.post("/users", body));
            await().untilAsserted(() ->
                    assertThat(service.gauge("pool.database.active")).isEqualTo(1));

            HttpResponse<String> health = service.get("/health");

            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(TestService.json(health)
                            .at("/components/database/pool_checked_out")
                            .asInt())
                    .isEqualTo(1);
            assertThat(TestService.json(service.admin("/healthcheck"))
                            .at("/database/healthy")
                            .asBoolean())
                    .isTrue();
            assertThat(blocked).isNotDone();
            blocker.rollback();
            assertThat(blocked.get().statusCode()).isEqualTo(201);
        }
    }

    /** A server that takes the connection and says nothing: all are told while the one attempt still waits for it. */
    @Test
    void aSilentDatabaseIsReportedInBoundedTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Queue<Socket> attempts = acceptAll(silent);
            service = TestService.at("postgresql://u:p@127.0.0.1:" + silent.getLocalPort() + "/db?sslmode=disable");

            for (String path : List.of("/health", "/readyz", "/livez")) { // none of them waits for it
                assertThat(service.get(path).statusCode()).isEqualTo(200);
            }
            awaitState("waking");

            assertThat(Clients.atOnce(16, () -> service.get("/health?probe=true")))
                    .allSatisfy(check -> {
                        assertThat(check.statusCode()).isEqualTo(503);
                        assertThat(check.body()).contains("did not answer in time");
                    });
            assertThat(service.get("/health").body()).contains("\"state\":\"waking\"");
            assertThat(attempts).hasSize(1);
        }
    }

    private static Queue<Socket> acceptAll(ServerSocket listener) {
        Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
        Clients.async(() -> {
            while (!listener.isClosed()) {
                accepted.add(listener.accept());
            }
            return null;
        });
        return accepted;
    }

    @Test
    void aWrongPasswordIsNamedWithoutThePasswordAndOtherInstancesMayHaveABetterOne() {
        service = TestService.at(database.url().replace(database.password(), "wr0ng-geheim"));
        awaitState("misconfigured");

        assertThat(TestService.json(service.admin("/healthcheck"))
                        .at("/database/message")
                        .asText())
                .contains("password authentication failed")
                .doesNotContain("geheim");
        assertThat(service.get("/health").body()).contains("cannot log in").doesNotContain("geheim");
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(503);
        HttpResponse<String> ready = service.admin("/readyz");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body())
                .isEqualTo("{\"status\":\"not ready\",\"server\":\"serving\",\"database\":\"misconfigured\",\"detail\":"
                        + "\"The service cannot log in to its database. Its operator has to act.\"}");
        assertThat(TestService.json(service.admin("/healthcheck"))
                        .at("/readiness/healthy")
                        .asBoolean())
                .isFalse();
        await().until(() -> service.get("/health-check?type=ready").statusCode() == 503);
        assertThat(service.get("/health-check?type=alive").statusCode()).isEqualTo(200);
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
    }

    /** As the server says it of a full disk, here by a trigger. */
    @Test
    void aFullDatabaseIsNoHealthyOneAndStillServesReads() {
        TestDatabase full = TestDatabase.migrated();
        full.jdbi().useHandle(handle -> handle.execute("""
                CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100';
                END $$;
                CREATE TRIGGER no_room BEFORE INSERT ON users EXECUTE FUNCTION no_room()
                """));
        service = TestService.on(full);

        HttpResponse<String> write = service.post("/users", "{\"email\":\"ada@example.com\"}");

        assertThat(write.statusCode()).isEqualTo(507);
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        HttpResponse<String> health = service.get("/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body())
                .contains("\"state\":\"storage_full\"")
                .contains("\"database\":\"connected\"")
                .contains("no room left");
        assertThat(TestService.json(service.admin("/healthcheck"))
                        .at("/database/message")
                        .asText())
                .contains("53100"); // and the server's words, where it is not a trigger that says them
        HttpResponse<String> ready = service.get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).contains("\"database\":\"storage_full\"");

        full.jdbi().useHandle(handle -> handle.execute("DROP TRIGGER no_room ON users"));
        assertThat(service.post("/users", "{\"email\":\"ada@example.com\"}").statusCode())
                .isEqualTo(201);

        JsonNode database = TestService.json(service.get("/health")).at("/components/database");
        assertThat(database.get("state").asText()).isEqualTo("up");
        assertThat(database.get("last_failure").asText()).as("what is past").isNotEmpty();
        assertThat(database.get("last_failure_reason").asText()).contains("no room left");
        JsonNode check = TestService.json(service.admin("/healthcheck")).get("database");
        assertThat(check.get("healthy").asBoolean()).isTrue();
        assertThat(check.get("last_failure_cause").asText()).contains("53100");
    }
}
