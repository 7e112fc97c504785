package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.Soon;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A password that was changed under a running service is seen, first while open connections serve, and when the last has gone. */
class HonestLoginRefusedTest {

    @TempDir
    private Path directory;

    private final TestDatabase database = TestDatabase.migrated();
    private RotatedRole role;
    private TestService service;
    private LoggedLines log;

    @BeforeEach
    void begin() throws Exception {
        role = RotatedRole.of(database);
    }

    @AfterEach
    void end() throws Exception {
        if (service != null) {
            service.stop();
        }
        if (log != null) { // after the service, which still logs as it stops
            log.close();
        }
        if (role != null) {
            role.close();
        }
    }

    private void start(String url, ConfigOverride... settings) {
        service = TestService.at(
                url,
                Stream.concat(
                                Stream.of(settings),
                                Stream.of(
                                        ConfigOverride.config("database.healthMode", "passive"),
                                        ConfigOverride.config("database.unitOfWork.deadline", "1m"),
                                        ConfigOverride.config("database.pooled.keep", "1"),
                                        ConfigOverride.config("database.pooled.overflow", "1")))
                        .toArray(ConfigOverride[]::new));
        log = LoggedLines.of(DatabaseState.class);
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    private String state() {
        return TestService.json(service.get("/health"))
                .at("/components/database/state")
                .asText();
    }

    /** The one open connection waits for a lock, so that somebody else needs a new one. */
    private void needAnotherConnection(Runnable meanwhile) throws Exception {
        CompletableFuture<HttpResponse<String>> blocked;
        CompletableFuture<HttpResponse<String>> waiting;
        try (TableLock lock = TableLock.on(database, "users")) {
            blocked = Clients.async(() -> service.post("/users", "{\"email\":\"ada@example.com\"}"));
            Soon.await().until(() -> lock.waiters() == 1);
            waiting = Clients.async(this::read);
            meanwhile.run();
        }
        assertThat(blocked.get().statusCode()).isEqualTo(201);
        waiting.join(); // rejected, where it took too long to unlock
    }

    @Test
    void openConnectionsServeWhileLogInsAreRefused() throws Exception {
        start(role.url(database.url()));
        assertThat(read().statusCode()).isEqualTo(404);
        assertThat(state()).isEqualTo("up");
        role.renew();
        role.alter();

        needAnotherConnection(() -> Soon.await().until(() -> state().equals("login_refused")));

        for (int request = 0; request < 3; request++) {
            assertThat(read().statusCode()).isEqualTo(404);
        }
        HttpResponse<String> ready = service.get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).contains("\"database\":\"login_refused\"");
        HttpResponse<String> health = service.get("/health");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("refuses new connections").contains("\"database\":\"connected\"");
        HttpResponse<String> check = service.admin("/healthcheck");
        assertThat(check.body()).contains("password authentication failed");
        String metrics = service.admin("/metrics/prometheus").body();
        assertThat(metrics)
                .contains("neon_database_state{state=\"login_refused\"} 1")
                .contains("neon_connection_failures_total{kind=\"authentication\"} 1.0");
        assertThat(log.all())
                .filteredOn(line -> line.contains("login_refused"))
                .singleElement()
                .asString()
                .startsWith("Database state: up -> login_refused (")
                .contains("password authentication failed for user \"" + role.name() + "\"");
        assertNoSecret(List.of(ready.body(), health.body(), check.body(), metrics));

        role.killSessions();
        Soon.await().until(() -> role.sessions() == 0);
        assertThat(read().statusCode()).isEqualTo(503);
        assertThat(state()).isEqualTo("misconfigured");
        assertThat(service.get("/readyz").statusCode()).isEqualTo(503);
        assertNoSecret(log.all());
    }

    private void assertNoSecret(List<String> texts) {
        assertThat(texts).noneMatch(text -> text.contains(RotatedRole.SECRET));
    }

    /** Nobody has to ask the database for that, or to restart. */
    @Test
    void aNewSecretLiftsWhatIsRemembered() throws Exception {
        Path file = directory.resolve("secret");
        role.writeUrl(file, database.url());
        start("", ConfigOverride.config("database.urlFile", file.toString()));
        assertThat(read().statusCode()).isEqualTo(404);
        role.renew();
        role.alter();
        role.killSessions();
        Soon.await().until(() -> role.sessions() == 0);

        HttpResponse<String> refused = read();

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(TestService.json(refused).get("type").asText()).isEqualTo("urn:problem-type:database-misconfigured");
        assertThat(state()).isEqualTo("misconfigured");
        assertThat(read().statusCode()).isEqualTo(503);

        role.writeUrl(file, database.url());

        Soon.await().until(() -> !state().equals("misconfigured"));
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(read().statusCode()).isEqualTo(404);
        assertThat(state()).isEqualTo("up");
        assertNoSecret(log.all());
    }
}
