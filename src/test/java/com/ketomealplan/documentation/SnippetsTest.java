package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.ketomealplan.KetoMealPlanConfiguration;
import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.testing.Balancer;
import com.ketomealplan.testing.Monitoring;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Page;
import com.ketomealplan.testing.Page.Block;
import com.ketomealplan.testing.Program;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import jakarta.validation.Validator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the snippets of the pages are parts of what the build compiles, or are read by whom they are for. Commands are run by a
 * scenario.
 */
class SnippetsTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private static final Set<String> LANGUAGES = Set.of(
            "java",
            "sql",
            "xml",
            "sh",
            "sh container",
            "mermaid",
            "yaml",
            "yaml kubernetes",
            "yaml prometheus",
            "yaml alertmanager",
            "haproxy",
            "nginx");

    private static final Set<String> PROBES = Set.of("/livez", "/readyz", "/startupz");

    private static final Validator VALIDATOR = Validators.newValidator();

    @TempDir
    Path directory;

    static List<Block> all() {
        return Page.all().stream().flatMap(page -> page.blocks().stream()).toList();
    }

    static List<Block> configurations() {
        return Page.blocksIn("yaml");
    }

    static List<Block> ofKubernetes() {
        return Page.blocksIn("yaml kubernetes");
    }

    static List<Block> commands() {
        return Page.blocksIn("sh");
    }

    @ParameterizedTest
    @MethodSource("all")
    void somebodyLooksAtEachBlock(Block block) {
        assertThat(LANGUAGES).contains(block.language());
        if (block.language().equals("java")) {
            assertThat(block.source())
                    .as("the file of which it is a part, in a comment before it")
                    .isPresent();
        }
    }

    /** Of one that the build compiles, or that its tests read. */
    @ParameterizedTest
    @MethodSource("all")
    void aBlockWithAFileIsAPartOfIt(Block block) throws IOException {
        if (block.source().isPresent() && !block.source().get().startsWith("target/")) {
            assertThat(Files.readString(Path.of(block.source().get())).contains(block.text()))
                    .as("%s is in %s", block, block.source().get())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aConfigurationIsRead(Block block) throws Exception {
        String text = block.text().contains("server:") ? block.text() : block.text() + "server: {type: simple}\n";
        byte[] bytes =
                (text + "adminToken: t\n").getBytes(StandardCharsets.UTF_8); // else no port may be open to others

        assertThat(ReportingConfigurationFactory.<KetoMealPlanConfiguration>reading(
                                Map.of("NEON_DATABASE_URL", "postgresql://user:password@host/database?sslmode=require"))
                        .create(KetoMealPlanConfiguration.class, VALIDATOR, Jackson.newObjectMapper(), "dw-test")
                        .build(path -> new ByteArrayInputStream(bytes), "config.yml"))
                .isNotNull();
    }

    @ParameterizedTest
    @MethodSource("ofKubernetes")
    void kubernetesAsksForWhatIsThere(Block block) throws IOException {
        JsonNode yaml = YAML.readTree(block.text());

        assertThat(yaml.findValues("path")).allMatch(path -> PROBES.contains(path.asText()));
        assertThat(yaml.path("env")).allSatisfy(variable -> assertThat(Files.readString(Path.of("config.yml")))
                .contains("${" + variable.get("name").asText() + ":-"));
        assertThat(yaml.findValues("containerPort")).allMatch(port -> port.asInt() == 8080);
        assertThat(yaml.size()).isPositive();
    }

    /** What the commands for an image and for a cluster name is there; no engine and no cluster runs them. */
    @Test
    void whatAContainerIsToldIsThere() throws IOException {
        String dockerfile = Files.readString(Path.of("src/main/docker/Dockerfile"));
        List<JsonNode> objects = kubernetesObjects();
        Set<String> images = texts(objects, "image");
        Set<String> names = objects.stream()
                .map(object -> object.get("kind").asText().toLowerCase(Locale.ROOT) + "/"
                        + object.at("/metadata/name").asText())
                .collect(Collectors.toSet());
        List<String> commands = Page.blocksIn("sh container").stream()
                .flatMap(block -> block.text().lines())
                .toList();

        assertThat(commands).hasSizeGreaterThan(6).allMatch(command -> command.matches("(docker|kubectl) .+"));
        assertThat(images).hasSize(1);
        for (String command : commands) {
            if (command.startsWith("docker")) {
                assertThat(command).contains(" " + images.iterator().next());
            }
            assertThat(words(command, " -f (\\S+)"))
                    .allSatisfy(file -> assertThat(Path.of(file)).exists());
            assertThat(words(command, "--build-arg (\\w+)="))
                    .allMatch(name -> dockerfile.contains("ARG " + name + "="));
            assertThat(words(command, " -e (\\w+)")).allMatch(read(Path.of("config.yml"), "\\$\\{(\\w+):-")::contains);
            assertThat(words(command, " ((?:job|deployment)/\\S+)")).allMatch(names::contains);
        }
        String secret = String.join("\n", commands);
        assertThat(words(secret, "create secret generic (\\S+)").collect(Collectors.toSet()))
                .isEqualTo(texts(refersTo(objects), "name"));
        assertThat(words(secret, "--from-literal=([\\w-]+)=").collect(Collectors.toSet()))
                .isEqualTo(texts(refersTo(objects), "key"));
    }

    private static List<JsonNode> kubernetesObjects() throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String file : List.of("service.yml", "migration.yml")) {
            YAML.readerFor(JsonNode.class)
                    .<JsonNode>readValues(Path.of("src/main/kubernetes", file).toFile())
                    .forEachRemaining(objects::add);
        }
        return objects;
    }

    private static List<JsonNode> refersTo(List<JsonNode> objects) {
        return objects.stream()
                .flatMap(object -> object.findValues("secretKeyRef").stream())
                .toList();
    }

    private static Set<String> texts(List<JsonNode> objects, String field) {
        return objects.stream()
                .flatMap(object -> object.findValuesAsText(field).stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> read(Path file, String regex) throws IOException {
        return words(Files.readString(file), regex).collect(Collectors.toSet());
    }

    /** What the group of a regular expression finds. */
    private static Stream<String> words(String text, String regex) {
        return Pattern.compile(regex).matcher(text).results().map(found -> found.group(1));
    }

    @Test
    @Needs(Program.PROMTOOL)
    void prometheusReadsHowToScrape() throws Exception {
        Files.copy(Monitoring.ALERTS, directory.resolve("alerts.yml"));
        Files.writeString(directory.resolve("token"), "t");
        Path file = directory.resolve("prometheus.yml");
        for (Block block : Page.blocksIn("yaml prometheus")) {
            Files.writeString(file, block.text());
            assertThatAccepts(Program.PROMTOOL, "check", "config", file.toString());
        }
    }

    @Test
    void theAlertmanagerInhibitsAlertsThatThereAre() throws IOException {
        Set<String> alerts =
                Monitoring.alerts().map(alert -> alert.get("alert").asText()).collect(Collectors.toSet());
        for (Block block : Page.blocksIn("yaml alertmanager")) {
            for (JsonNode rule : YAML.readTree(block.text()).get("inhibit_rules")) {
                assertThat(Stream.of("source_matchers", "target_matchers")
                                .flatMap(side -> Pattern.compile("alertname=~?\"(.+)\"")
                                        .matcher(rule.get(side).get(0).asText())
                                        .results())
                                .map(found -> found.group(1)))
                        .hasSize(2)
                        .allSatisfy(names -> assertThat(alerts).anyMatch(alert -> alert.matches(names)));
            }
        }
    }

    @Test
    @Needs({Program.HAPROXY, Program.NGINX})
    void balancersTakeTheirConfigurations() throws Exception {
        Path haproxy = Files.writeString(directory.resolve("haproxy.cfg"), Balancer.snippet("haproxy"));
        Path nginx = Files.writeString(
                directory.resolve("nginx.conf"), Balancer.aroundForNginx(Balancer.snippet("nginx"), directory));

        assertThatAccepts(Program.HAPROXY, "-c", "-f", haproxy.toString());
        assertThatAccepts(Program.NGINX, "-t", "-e", "stderr", "-c", nginx.toString());
    }

    @Test
    void theArtifactOfTheLayerIsNamedAsItIs() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        List<Block> dependencies = Page.blocksIn("xml").stream()
                .filter(block -> block.source().isEmpty())
                .toList();

        assertThat(dependencies).isNotEmpty().allSatisfy(block -> {
            assertThat(element(block.text(), "groupId")).isEqualTo(element(pom, "groupId"));
            assertThat(element(block.text(), "artifactId")).isEqualTo(element(pom, "layer.artifactId"));
            assertThat(element(block.text(), "version")).isEqualTo(element(pom, "version"));
        });
    }

    private static String element(String xml, String name) {
        return Pattern.compile("<" + name + ">([^<]+)<")
                .matcher(xml)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    /** What the build itself would have to run: the profiles, properties and tests that it names are there. */
    @ParameterizedTest
    @MethodSource("commands")
    void whatMavenIsToldIsThere(Block block) throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        for (String word : block.text().replace("\\\n", " ").split("[ \n]+")) {
            assertThat(word).as("a profile follows -P without a blank").isNotEqualTo("-P");
            if (word.matches("-P\\S+")) {
                assertThat(pom).contains("<id>" + word.substring(2) + "</id>");
            }
            if (word.matches("-D(it\\.)?test=\\w+") && !word.endsWith("=none")) {
                assertThatClassExists(word.replaceAll(".*=", ""));
            }
            if (word.startsWith("-Dbenchmark=")) {
                assertThatClassExists(word.replaceAll(".*[=.]", ""));
            }
            if (word.matches("(src|target)/\\S+") && !word.startsWith("target/")) {
                assertThat(Path.of(word)).exists();
            }
        }
    }

    private static void assertThatClassExists(String name) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            assertThat(files.map(file -> file.getFileName().toString())).contains(name + ".java");
        }
    }

    private static void assertThatAccepts(Program program, String... arguments) throws Exception {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(program.path().orElseThrow().toString()), Stream.of(arguments))
                                .toList())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
