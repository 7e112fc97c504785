package com.ketomealplan.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The alerts and the dashboard that ship. */
public final class Monitoring {

    public static final Path ALERTS = Path.of("src/main/prometheus/alerts.yml");

    /** What promtool is to see of them. */
    public static final List<Path> CASES = List.of(
            Path.of("src/test/prometheus/alerts-test.yml"), Path.of("src/test/prometheus/alerts-days-test.yml"));

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Monitoring() {}

    /** Alerts, and what is recorded for them. */
    public static Stream<JsonNode> rules() {
        return elements(read(ALERTS).get("groups")).flatMap(group -> elements(group.get("rules")));
    }

    public static Stream<JsonNode> alerts() {
        return rules().filter(rule -> rule.has("alert"));
    }

    public static Stream<JsonNode> cases() {
        return CASES.stream().flatMap(file -> elements(read(file).get("tests")));
    }

    public static JsonNode dashboard() {
        return read(Path.of("src/main/grafana/dashboard.json"));
    }

    public static Stream<JsonNode> panels() {
        return elements(dashboard().get("panels"));
    }

    /** What the panels ask Prometheus for. */
    public static Stream<JsonNode> targets() {
        return panels().flatMap(panel -> elements(panel.path("targets")));
    }

    /** Of an array, or of what is not there. */
    public static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static JsonNode read(Path file) {
        try {
            return YAML.readTree(file.toFile()); // JSON too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
