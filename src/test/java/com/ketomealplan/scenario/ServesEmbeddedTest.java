package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar with the database of its own, ended in every way. */
@Tag("campaign-only")
class ServesEmbeddedTest {

    private static final String CONFIG = "config.yml";

    /** How many there are. */
    private static final int MIGRATIONS = 9;

    @TempDir
    Path directory;

    private Map<String, String> embedded() throws IOException {
        return Map.of(
                "PORT", FreePort.text(),
                "ADMIN_PORT", FreePort.text(),
                "EMBEDDED_POSTGRES_DIR", directory.resolve("postgres").toString());
    }

    private static String operation() {
        return "{\"email\":\"%s@example.com\",\"quiz_data\":{\"a\":1}}".formatted(UUID.randomUUID());
    }

    /** One story, because each start takes seconds: stopped, killed, and killed with its database as by a power failure. */
    @Test
    void whatWasAnsweredIsStoredHoweverTheServiceEnds() throws Exception {
        Map<String, String> environment = embedded();
        String user;
        try (ServiceProcess first =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy()) {
            user = TestService.json(first.post("/complex-operation", operation()))
                    .get("user_id")
                    .asText();
            assertThat(first.output())
                    .contains("Embedded PostgreSQL started")
                    .contains(directory.resolve("postgres").resolve("data").toString())
                    .contains("Applied " + MIGRATIONS + " migrations")
                    .contains("set NEON_DATABASE_URL")
                    .doesNotContain(Files.readString(directory.resolve("postgres/password"))
                            .strip());

            // a second process joins the running one, and leaves it running
            ServiceProcess status = ServiceProcess.run(environment, "db", "status", CONFIG);
            assertThat(status.awaitExit()).isZero();
            assertThat(status.output()).contains("Embedded PostgreSQL joined").contains("is up to date");
            assertThat(first.get("/health").statusCode()).isEqualTo(200);
            first.terminate();
            assertThat(first.awaitExit()).isIn(0, 143);
            assertThat(first.output()).contains("Embedded PostgreSQL stopped");
        }
        assertThat(postmaster()).doesNotExist();

        ServiceProcess second =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy();
        assertThat(second.get("/users/" + user).statusCode()).isEqualTo(200);
        second.kill();
        second.awaitExit();

        ServiceProcess third = ServiceProcess.run(environment, "server", CONFIG).awaitHealthy();
        assertThat(third.output()).contains("Embedded PostgreSQL joined");
        assertThat(third.get("/users/" + user).statusCode()).isEqualTo(200);
        Collection<String> created = killedUnderLoad(third);

        try (ServiceProcess fourth =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy()) {
            assertThat(created).allSatisfy(body -> {
                String id = new ObjectMapper().readTree(body).get("user_id").asText();
                assertThat(fourth.get("/users/" + id + "/quiz-responses").body())
                        .contains("\"a\":1");
            });
        }
        assertThat(postmaster()).doesNotExist();
    }

    /** As one does whose migrations fail. */
    @Test
    void aStartThatFailsBeforeThereIsAServerLeavesNoDatabaseRunning() throws Exception {
        Map<String, String> environment = embedded();
        try (ServiceProcess first =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy()) {
            execute("DELETE FROM databasechangelog"); // its tables are there
            first.terminate();
            first.awaitExit();
        }

        ServiceProcess failing = ServiceProcess.run(environment, "server", CONFIG);

        assertThat(failing.awaitExit()).as(failing::output).isEqualTo(1);
        assertThat(failing.output()).contains("Embedded PostgreSQL started");
        assertThat(postmaster()).doesNotExist();
    }

    private void execute(String sql) throws Exception {
        String port = Files.readAllLines(postmaster()).get(3);
        String password =
                Files.readString(directory.resolve("postgres/password")).strip();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Kills the service and its database while eight clients write, and returns what they were answered. */
    private Collection<String> killedUnderLoad(ServiceProcess service) throws Exception {
        Queue<String> created = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> clients = Clients.start(8, () -> {
            try {
                while (true) {
                    HttpResponse<String> answer = service.post("/complex-operation", operation());
                    if (answer.statusCode() == 201) {
                        created.add(answer.body());
                    }
                }
            } catch (UncheckedIOException e) {
                return null; // the service is gone
            }
        });
        await().atMost(Duration.ofMinutes(2))
                .until(() -> created.size() > Ring.times(50, 200)); // each waits for the disk
        long database = Long.parseLong(Files.readAllLines(postmaster()).get(0));
        ProcessHandle.of(database).orElseThrow().destroyForcibly();
        service.kill();
        clients.forEach(CompletableFuture::join);
        service.awaitExit();
        return created;
    }

    private Path postmaster() {
        return directory.resolve("postgres/data/postmaster.pid");
    }
}
