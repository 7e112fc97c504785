package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.testing.SettingTree;
import com.ketomealplan.testing.SettingTree.Node;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import jakarta.validation.Validator;
import jakarta.validation.constraints.AssertFalse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Null;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That each setting, whether or not the shipped files have it, can be set, and left empty. */
class EverySettingTest {

    private static final Validator VALIDATOR = Validators.newValidator();

    /** What cannot be any value, and what has to be there beside it. */
    private static final Map<String, String> SPECIAL = Map.ofEntries(
            Map.entry("environment", "production\ndatabase: {url: 'postgresql://u@localhost/d'}"),
            Map.entry("serverless", "true\ndatabase: {url: 'postgresql://u@localhost/d'}"),
            Map.entry("database.url", "postgresql://u@localhost/d"),
            Map.entry("database.urlFile", fileWithUrl().toString()),
            Map.entry("database.user", "u, url: 'postgresql://localhost/d'"),
            Map.entry("database.password", "p, user: u, url: 'postgresql://localhost/d'"),
            Map.entry("database.properties", "{application_name: a}, url: 'postgresql://u@localhost/d'"),
            Map.entry("database.compute.suspendAfter", "7m"),
            Map.entry("tracingEndpoint", "http://localhost:4318"),
            Map.entry("cors.origins", "https://app.example.com"),
            Map.entry("adminHosts", "a.example"));

    private static Path fileWithUrl() {
        try {
            Path file = Files.createTempFile("every-setting", "");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "postgresql://u@localhost/d");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is set, from the outermost block to the setting. */
    private record Place(List<Node> nodes) {

        String name() {
            return String.join(".", nodes.stream().map(Node::name).toList());
        }

        Node last() {
            return nodes.get(nodes.size() - 1);
        }

        String yaml(String value) {
            StringBuilder yaml = new StringBuilder();
            nodes.forEach(node -> yaml.append('{').append(node.name()).append(": "));
            return yaml.append(value).append("}".repeat(nodes.size())).toString();
        }

        Object valueIn(Object configuration) {
            Object value = configuration;
            for (Node node : nodes) {
                value = node.valueIn(value);
            }
            return value;
        }

        @Override
        public String toString() {
            return name();
        }
    }

    static Stream<Place> settings() {
        return below(List.of(), SettingTree.ofConfiguration())
                .filter(path -> !path.last().field().isAnnotationPresent(Null.class));
    }

    private static Stream<Place> below(List<Node> outer, List<Node> nodes) {
        return nodes.stream().flatMap(node -> {
            List<Node> path = new ArrayList<>(outer);
            path.add(node);
            List<Node> children = node.value() instanceof Secret ? List.of() : node.children();
            return children.isEmpty() ? Stream.of(new Place(path)) : below(path, children);
        });
    }

    private static KetoMealPlanConfiguration read(String yaml) throws Exception {
        byte[] document = ("server: {type: simple}\n"
                        + yaml.substring(1, yaml.length() - 1).strip() + "\n")
                .getBytes(StandardCharsets.UTF_8);
        return ReportingConfigurationFactory.<KetoMealPlanConfiguration>reading(Map.of())
                .create(KetoMealPlanConfiguration.class, VALIDATOR, Jackson.newObjectMapper(), "dw-test")
                .build(path -> new ByteArrayInputStream(document), "test.yml");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aValueIsRead(Place setting) throws Exception {
        Object before = setting.last().value();
        if ("org.postgresql.Driver".equals(before)) {
            return; // there is no other one
        }
        String value =
                SPECIAL.getOrDefault(setting.name(), another(setting.last().field(), before));

        assertThat(setting.valueIn(read(setting.yaml(value)))).isNotEqualTo(before);
    }

    /** As a variable of the environment that is not set leaves it. */
    @ParameterizedTest
    @MethodSource("settings")
    void nothingIsItsDefault(Place setting) throws Exception {
        assertThat(setting.valueIn(read(setting.yaml("null"))))
                .isEqualTo(setting.last().value());
    }

    private static String another(Field field, Object value) {
        Class<?> type = field.getType();
        if (field.isAnnotationPresent(Max.class)
                && field.getAnnotation(Max.class).value() == 0) {
            return "0";
        }
        if (field.isAnnotationPresent(AssertFalse.class)) {
            return "false";
        }
        if (type == Boolean.class) {
            return value == null || value.equals(false) ? "true" : "false";
        }
        if (type == Integer.class) {
            return value == null || value.equals(7) ? "8" : "7";
        }
        if (type == Double.class) {
            return "0.75";
        }
        if (type == Duration.class) {
            return Objects.equals(value, Duration.seconds(2)) ? "3s" : "2s";
        }
        if (type == DataSize.class) {
            return "3KiB";
        }
        if (type.isEnum()) {
            Object last = type.getEnumConstants()[type.getEnumConstants().length - 1];
            return Jackson.newObjectMapper().valueToTree(last).asText();
        }
        return "another";
    }
}
