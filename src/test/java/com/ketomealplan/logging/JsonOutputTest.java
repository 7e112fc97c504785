package com.ketomealplan.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is printed past the log is one JSON object a line. */
class JsonOutputTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream output = new PrintStream(
            new JsonOutput(new PrintStream(printed, true, StandardCharsets.UTF_8), "ERROR", "stderr"),
            true,
            StandardCharsets.UTF_8);

    private List<JsonNode> lines() throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : printed.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void eachLineIsAnObject() throws Exception {
        output.print("a \"b\"");
        output.println("\tü");
        output.println();
        new IllegalStateException("why").printStackTrace(output);

        assertThat(lines()).allMatch(JsonNode::isObject).hasSizeGreaterThan(2);
        assertThat(lines().get(0).get("message").asText()).isEqualTo("a \"b\"\tü");
        assertThat(lines().get(0).get("level").asText()).isEqualTo("ERROR");
        assertThat(lines().get(0).get("logger").asText()).isEqualTo("stderr");
        assertThat(lines().get(1).get("message").asText()).endsWith("IllegalStateException: why");
    }

    @Test
    void aLineOfTheLogStaysAsItIs() {
        output.print("{\"level\":\"INFO\"}\n");

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("{\"level\":\"INFO\"}\n");
    }

    /** Each costs a system call. */
    @Test
    void linesThatArePrintedAtOncePassAtOnce() {
        List<String> passed = new ArrayList<>();
        PrintStream next = new PrintStream(printed) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                passed.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
            }
        };
        byte[] lines = "{\"a\":1}\n{\"a\":2}\n{".getBytes(StandardCharsets.UTF_8);

        new JsonOutput(next, "INFO", "stdout").write(lines, 0, lines.length);

        assertThat(passed).containsExactly("{\"a\":1}\n{\"a\":2}\n");
    }

    @Test
    void aLineBeforeTheLogIsConfiguredHasItsFields() throws Exception {
        output.println("WARN  [2026-11-28 20:00:00,000] org.example.Library: deprecated");

        assertThat(lines().get(0).get("level").asText()).isEqualTo("WARN");
        assertThat(lines().get(0).get("logger").asText()).isEqualTo("org.example.Library");
        assertThat(lines().get(0).get("message").asText()).isEqualTo("deprecated");
    }

    @ParameterizedTest
    @CsvSource({
        "server config.yml, true",
        "server --help, false",
        "server -h, false",
        "check config.yml, false",
        "db migrate config.yml, true",
        "db migrate -c 1 config.yml, true",
        "db migrate -n config.yml, false",
        "db migrate config.yml --dry-run, false",
        "db migrate --help, false",
        "db rollback -c 1 config.yml, true",
        "db rollback -n -c 1 config.yml, false",
        "db rollback -nc 1 config.yml, false",
        "db rollback --date 2026/11/28 config.yml, true",
        "db status config.yml, false",
        "db, false"
    })
    void theAnswerOfACommandIsNoLog(String command, boolean log) {
        assertThat(JsonOutput.isLog(List.of(command.split(" ")))).isEqualTo(log);
    }

    /** The last words of a process are often in the middle of a line. */
    @Test
    void aLineThatHasNotEndedWithItsProcessIsALine() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Abrupt.class.getName(),
                        "server",
                        "config.yml")
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(err).isEqualTo(3);
        assertThat(out).endsWith("}\n");
        assertThat(new ObjectMapper().readTree(out).get("message").asText()).isEqualTo("the answer");
        assertThat(err.lines().map(JsonOutputTest::message)).contains("last words");
    }

    private static String message(String line) {
        try {
            return new ObjectMapper().readTree(line).get("message").asText();
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    /** A program that ends in two lines. */
    static final class Abrupt {

        private Abrupt() {}

        public static void main(String[] arguments) {
            JsonOutput.install(Map.of("ENV", "production"), arguments);
            System.out.print("the answer");
            System.err.print("last words");
            System.exit(3);
        }
    }
}
