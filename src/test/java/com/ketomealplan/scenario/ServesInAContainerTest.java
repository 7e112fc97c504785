package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.LeftOut;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The image of {@code src/main/docker/Dockerfile}, as far as it can be had without an engine: its JRE, its layout, its environment and its
 * user, in a directory that nobody may write to, with an empty environment else and the memory of a small pod.
 */
@Tag("campaign-only")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Needs(Program.SETPRIV)
class ServesInAContainerTest {

    private static final Path DOCKER = Path.of("src", "main", "docker");
    private static final Path KUBERNETES = Path.of("src", "main", "kubernetes");
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final String NAME = "keto-meal-plan-api";
    private static final String USER = "10001";
    private static final int POD_MIB = 256;

    private final TestDatabase database = TestDatabase.migrated();
    private final String admin = FreePort.text();
    private Path image;

    private static String dockerfile() throws IOException {
        return Files.readString(DOCKER.resolve("Dockerfile"));
    }

    private static String group(String regex) throws IOException {
        Matcher found = Pattern.compile(regex).matcher(dockerfile());
        assertThat(found.find()).as(regex).isTrue();
        return found.group(1);
    }

    @BeforeAll
    void build() throws Exception {
        boolean mayStartOfAnotherUser = System.getProperty("user.name").equals("root");
        assertThat(mayStartOfAnotherUser || !LeftOut.isForbidden())
                .as("in CI no test may be left out")
                .isTrue();
        assumeThat(mayStartOfAnotherUser).isTrue();
        image = Files.createTempDirectory(Path.of("/tmp"), "image");
        run(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--output",
                image.resolve("jre").toString(),
                "--no-header-files",
                "--no-man-pages",
                "--add-modules",
                group("--add-modules (\\S+)"));
        for (Path file : List.of(
                TARGET.resolve(NAME + ".jar"),
                TARGET.resolve(NAME),
                Path.of("config.yml"),
                DOCKER.resolve("healthcheck"))) {
            Files.copy(file, image.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.filter(file -> !Files.isSymbolicLink(file)).toList()) {
                boolean runs = Files.isDirectory(file) || Files.isExecutable(file);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(runs ? "r-xr-xr-x" : "r--r--r--"));
            }
        }
    }

    @AfterAll
    void remove() throws IOException {
        if (image == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void run(String... command) throws Exception {
        Path log = Files.createTempFile("command", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }

    /** As the engine does: by that user, with what the image and {@code docker run -e} set, and nothing else; no HOME. */
    private List<String> inContainer(Map<String, String> environment, String... command) throws IOException {
        List<String> whole = new ArrayList<>(
                List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--no-new-privs", "env", "-i"));
        whole.addAll(List.of(
                "PATH=/usr/bin:/bin",
                "ENV=production",
                "POOLING=pooled",
                "ADMIN_HOST=0.0.0.0",
                "JAVA_HOME=" + image.resolve("jre"),
                "JAVA_OPTS=" + group("JAVA_OPTS=\"([^\"]+)\"") + " -XX:MaxRAM=" + POD_MIB + "m"));
        environment.forEach((name, value) -> whole.add(name + "=" + value));
        whole.addAll(List.of(command));
        return whole;
    }

    private ServiceProcess start(String port) throws IOException {
        return ServiceProcess.start(
                        image,
                        inContainer(
                                Map.of(
                                        "PORT",
                                        port,
                                        "ADMIN_PORT",
                                        admin,
                                        "ADMIN_TOKEN",
                                        "a token",
                                        "NEON_DATABASE_URL",
                                        database.url()),
                                image.resolve(NAME).toString(),
                                "server",
                                "config.yml"),
                        Map.of("PORT", port))
                .awaitHealthy();
    }

    @Test
    void theImagesUserServesFromAReadOnlyDirectoryInTheMemoryOfASmallPod() throws Exception {
        String port = FreePort.text();
        ServiceProcess service = start(port);
        for (int i = 0; i < 200; i++) {
            String email = UUID.randomUUID() + "@example.org";
            assertThat(service.post("/complex-operation", "{\"email\":\"%s\",\"quiz_data\":{}}".formatted(email))
                            .statusCode())
                    .isEqualTo(201);
            assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        }
        for (String probe : List.of("/livez", "/readyz", "/startupz")) {
            assertThat(service.status("http://127.0.0.1:" + port + probe))
                    .as(probe)
                    .isEqualTo(200);
            assertThat(service.status("http://127.0.0.1:" + admin + probe))
                    .as(probe)
                    .isEqualTo(200);
        }
        assertThat(service.residentMiB()).isLessThan(POD_MIB);
        assertThat(healthcheck(port)).isZero();

        service.terminate(); // SIGTERM to what the launcher has become
        assertThat(service.awaitExit()).isIn(0, 143);
        assertThat(service.output()).contains("Started without training").doesNotContain("hs_err", "denied");
        assertThat(healthcheck(port)).isNotZero();
    }

    private int healthcheck(String port) throws Exception {
        return new ProcessBuilder(inContainer(
                        Map.of("PORT", port), image.resolve("healthcheck").toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** It needs no token, though the image's admin port is for all: it has no server. */
    @Test
    void theMigrationsJobRunsInIt() throws Exception {
        TestDatabase empty = TestDatabase.empty();
        JsonNode job = yaml("migration.yml").get(0);
        List<String> command = new ArrayList<>(List.of(image.resolve(NAME).toString()));
        container(job).path("args").forEach(argument -> command.add(argument.asText()));

        ServiceProcess migration = ServiceProcess.start(
                image,
                inContainer(
                        Map.of("NEON_DATABASE_URL", empty.url(), "ADMIN_HOST", variable(job, "ADMIN_HOST")),
                        command.toArray(String[]::new)),
                Map.of());

        assertThat(migration.awaitExit()).as(migration.output()).isZero();
        await().atMost(Duration.ofSeconds(10)).until(() -> empty.count("users") == 0);
    }

    @Test
    void theManifestsFitTheImage() throws Exception {
        JsonNode deployment = yaml("service.yml").get(0);
        JsonNode job = yaml("migration.yml").get(0);

        for (JsonNode workload : List.of(deployment, job)) {
            JsonNode pod = workload.path("spec").path("template").path("spec");
            assertThat(pod.path("securityContext").path("runAsUser").asText()).isEqualTo(group("USER (\\d+):"));
            assertThat(container(workload)
                            .path("securityContext")
                            .path("readOnlyRootFilesystem")
                            .asBoolean())
                    .isTrue();
        }
        assertThat(container(deployment)
                        .path("startupProbe")
                        .path("httpGet")
                        .path("path")
                        .asText())
                .isEqualTo("/startupz");
        assertThat(container(deployment)
                        .path("readinessProbe")
                        .path("httpGet")
                        .path("path")
                        .asText())
                .isEqualTo("/readyz");
        assertThat(container(deployment)
                        .path("livenessProbe")
                        .path("httpGet")
                        .path("path")
                        .asText())
                .isEqualTo("/livez");
        assertThat(dockerfile()).contains("EXPOSE 8080 8081");
        assertThat(container(deployment).path("ports").findValuesAsText("containerPort"))
                .containsExactly("8080", "8081");
        assertThat(yaml("service.yml").get(1).path("spec").path("selector"))
                .isEqualTo(deployment.path("spec").path("selector").path("matchLabels"));
    }

    private static JsonNode container(JsonNode workload) {
        return workload.path("spec")
                .path("template")
                .path("spec")
                .path("containers")
                .path(0);
    }

    private static String variable(JsonNode workload, String name) {
        for (JsonNode variable : container(workload).path("env")) {
            if (variable.path("name").asText().equals(name)) {
                return variable.path("value").asText();
            }
        }
        throw new AssertionError("no " + name);
    }

    private static List<JsonNode> yaml(String file) throws IOException {
        ObjectMapper mapper = new ObjectMapper(new YAMLFactory());
        try (var documents = mapper.readerFor(JsonNode.class)
                .<JsonNode>readValues(KUBERNETES.resolve(file).toFile())) {
            return documents.readAll();
        }
    }
}
