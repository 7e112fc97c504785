package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.documentation.notes.NotesApplication;
import com.ketomealplan.testing.Command;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Page;
import com.ketomealplan.testing.Page.Block;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The commands of the README and the pages do what they are for, one after the other as they stand there. {@code mvn} is not run by a
 * test that it runs; {@code SnippetsTest} looks up what it is told.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesDocumentedCommandsTest {

    private static final String JAR = "target/keto-meal-plan-api.jar";

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @AfterAll
    void stop() {
        service.stop();
    }

    /** Statements of a shell, with the lines that go on in the next one joined. */
    private static Stream<String> commands(String program) {
        return Page.blocksIn("sh").stream()
                .map(Block::text)
                .flatMap(text -> text.replaceAll("\\\\\n *", "").lines())
                .map(String::strip)
                .filter(line -> line.startsWith(program + " "));
    }

    /** A new kind of command needs somebody who runs it. */
    @Test
    void everyCommandIsOfAProgramThatATestKnows() {
        assertThat(Page.blocksIn("sh").stream()
                        .flatMap(block -> block.text().replaceAll("\\\\\n", "").lines()))
                .allMatch(line -> line.matches("(mvn|java|curl|export|unzip|promtool) .*"));
    }

    @Test
    @Needs(Program.CURL)
    void whatCurlAsksForIsAnsweredBy2xx() throws Exception {
        List<String> commands = commands("curl").toList();

        assertThat(commands).hasSizeGreaterThan(10);
        for (String command : commands) {
            if (command.contains(" -d ")) {
                assertThat(curl(command)).as(command).matches("(?s).+2\\d\\d");
            } else { // what only reads may be asked again, where the machine has no time for it
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(
                                () -> assertThat(curl(command)).as(command).matches("(?s).+2\\d\\d"));
            }
        }
    }

    /** Returns the body, and the status behind it. */
    private String curl(String command) throws IOException, InterruptedException {
        String here = command.replace("localhost:8080", service.uri("").getAuthority())
                .replace("localhost:8081", service.adminUri("").getAuthority());
        Process curl = new ProcessBuilder("bash", "-c", here + " -w '%{http_code}'")
                .redirectErrorStream(true)
                .start();
        String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor()).as("%s: %s", command, output).isZero();
        return output;
    }

    /** {@code server} is {@link #service}. */
    @Test
    void whatTheJarIsToldSucceeds() {
        TestDatabase empty = TestDatabase.empty();
        Map<String, String> environment = new HashMap<>();
        List<String> lines = Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> block.language().equals("sh"))
                .flatMap(block -> block.text().lines())
                .filter(line -> line.startsWith("export ") || line.startsWith("java "))
                .toList();

        assertThat(lines).hasSizeGreaterThan(5);
        for (String line : lines) {
            String[] words = line.split(" ");
            if (words[0].equals("export")) {
                assertThat(words[1]).startsWith("NEON_DATABASE_URL='postgresql://");
                environment.put("NEON_DATABASE_URL", empty.url());
            } else if (!words[3].equals("server")) {
                assertThat(List.of(words)).startsWith("java", "-jar", JAR);
                Command command = Command.run(
                        environment, List.of(words).subList(3, words.length).toArray(String[]::new));
                assertThat(command.exitCode())
                        .as("%s: %s", line, command.errors())
                        .isZero();
            }
        }
    }

    @Test
    void whatIsTakenOutOfTheJarIsInIt() throws IOException {
        try (ZipFile jar = new ZipFile(JAR)) {
            assertThat(commands("unzip")).isNotEmpty().allSatisfy(command -> {
                String[] words = command.split(" ");
                assertThat(words).startsWith("unzip", "-p", JAR);
                assertThat(jar.getEntry(words[3])).isNotNull();
            });
        }
    }

    @Test
    void sqlIsTaken() {
        List<Block> blocks = Page.blocksIn("sql").stream()
                .filter(block -> block.source().isEmpty())
                .toList();

        assertThat(blocks).isNotEmpty();
        database.jdbi()
                .useHandle(handle -> blocks.forEach(block -> {
                    handle.begin();
                    handle.execute(block.text());
                    handle.rollback(); // roles are the server's, and other tests'
                }));
    }

    @Test
    void theExamplesServe() throws IOException, InterruptedException {
        TestDatabase own = TestDatabase.migrated();
        own.jdbi().useHandle(handle -> handle.createScript(
                        Files.readString(Path.of("src/test/resources/documentation/0006-notes.sql")))
                .execute());
        TestService notes = TestService.of(NotesApplication.class, own.url());
        try {
            String user = newUser(own);
            String path = "/users/" + user + "/notes";
            String[] headers = {"Content-Type", "application/json", "Idempotency-Key", "k"};

            HttpResponse<String> first = notes.send("POST", path, "{\"text\":\"one\"}", headers);
            HttpResponse<String> second = notes.send("POST", path, "{\"text\":\"one\"}", headers);

            assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(TestService.json(notes.get(path))).hasSize(1);
            assertThat(notes.post(path, "{\"text\":\"\"}").statusCode()).isEqualTo(422);
            assertThat(notes.post("/users/" + UUID.randomUUID() + "/notes", "{\"text\":\"one\"}")
                            .statusCode())
                    .isEqualTo(404);

            URI merge = notes.adminUri("/tasks/merge?from=%s&into=%s".formatted(user, newUser(own)));
            assertThat(HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(merge)
                                            .POST(BodyPublishers.noBody())
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            List<String> left = own.jdbi().withHandle(handle -> handle.createQuery(
                            "SELECT text FROM users LEFT JOIN notes ON user_id = users.id")
                    .mapTo(String.class)
                    .list());
            assertThat(left).containsExactly("one");
        } finally {
            notes.stop();
        }
    }

    private static String newUser(TestDatabase database) {
        return database.jdbi().withHandle(handle -> handle.createQuery(
                        "INSERT INTO users (email) VALUES (gen_random_uuid() || '@example.com') RETURNING id")
                .mapTo(String.class)
                .one());
    }
}
