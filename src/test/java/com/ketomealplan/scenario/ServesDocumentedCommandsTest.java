package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Command;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Page;
import com.ketomealplan.testing.Page.Block;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
}
