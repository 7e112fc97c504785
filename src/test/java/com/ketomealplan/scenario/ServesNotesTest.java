package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.documentation.notes.NotesApplication;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The example of the page about adding a resource serves, and the page shows a test of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesNotesTest {

    private final TestDatabase database = TestDatabase.migrated();
    private TestService service;

    @BeforeAll
    void start() throws IOException {
        String table = Files.readString(Path.of("src/test/resources/documentation/0006-notes.sql"));
        database.jdbi().useHandle(handle -> handle.createScript(table).execute());
        service = TestService.of(NotesApplication.class, database.url());
    }

    @AfterAll
    void stop() {
        service.stop();
    }

    private UUID newUser() {
        return database.jdbi().withHandle(handle -> handle.createQuery(
                        "INSERT INTO users (email) VALUES (gen_random_uuid() || '@example.com') RETURNING id")
                .mapTo(UUID.class)
                .one());
    }

    @Test
    void aNoteThatIsSentTwiceWithOneKeyIsStoredOnce() {
        String notes = "/users/" + newUser() + "/notes";
        String key = UUID.randomUUID().toString();
        String[] headers = {"Content-Type", "application/json", "Idempotency-Key", key};

        HttpResponse<String> first = service.send("POST", notes, "{\"text\":\"one\"}", headers);
        HttpResponse<String> second = service.send("POST", notes, "{\"text\":\"one\"}", headers);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(TestService.json(service.get(notes))).hasSize(1);
    }

    @Test
    void aNoteThatCannotBeStoredIsRefused() {
        assertThat(service.post("/users/" + newUser() + "/notes", "{\"text\":\"\"}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(service.post("/users/" + UUID.randomUUID() + "/notes", "{\"text\":\"one\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aTaskMergesTwoUsers() throws Exception {
        UUID from = newUser();
        UUID into = newUser();
        assertThat(service.post("/users/" + from + "/notes", "{\"text\":\"of both\"}")
                        .statusCode())
                .isEqualTo(201);

        URI merge = service.adminUri("/tasks/merge?from=%s&into=%s".formatted(from, into));
        HttpRequest request =
                HttpRequest.newBuilder(merge).POST(BodyPublishers.noBody()).build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);

        List<UUID> holders = database.jdbi().withHandle(handle -> handle.createQuery(
                        "SELECT users.id FROM users LEFT JOIN notes ON user_id = users.id WHERE users.id = :from OR text = 'of both'")
                .bind("from", from)
                .mapTo(UUID.class)
                .list());
        assertThat(holders).containsExactly(into);
    }
}
