package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.Maven;
import com.ketomealplan.testing.OtlpReceiver;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The jar that is deployed ({@code -Pslim}) does what the other one does, but for the embedded database. */
@Tag("campaign-only")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesSlimJarTest {

    private static final String CONFIG = "config.yml";

    private Path jar;

    @BeforeAll
    void build(@TempDir Path elsewhere) throws Exception {
        jar = Maven.packageCopy(elsewhere, "-Pslim").resolve("target").resolve("keto-meal-plan-api.jar");
    }

    private ServiceProcess run(Map<String, String> environment, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = Stream.concat(Stream.of(java, "-jar", jar.toString()), Stream.of(arguments))
                .toList();
        return ServiceProcess.start(Path.of("").toAbsolutePath(), command, environment);
    }

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(jar)).isLessThan(ServesSmallJarTest.AT_MOST_BYTES);
    }

    @Test
    void withoutAUrlItsConfigurationHasAMistake() throws Exception {
        for (String command : List.of("check", "server", "db status")) {
            ServiceProcess failed = run(Map.of(), (command + " " + CONFIG).split(" "));

            assertThat(failed.awaitExit()).as(failed::output).isEqualTo(1);
            assertThat(failed.output())
                    .contains("database.url: is missing, and so is the embedded database: set it to a URL such as")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aTrainingAsksForADatabase() throws Exception {
        ServiceProcess failed = run(Map.of(), "train", CONFIG);

        assertThat(failed.awaitExit()).as(failed::output).isEqualTo(1);
        assertThat(failed.output())
                .contains("can be started (it carries none); set TRAINING_DATABASE_URL")
                .doesNotContain("\tat ");
    }

    @Test
    void servesADatabaseThatItIsGiven() throws Exception {
        TestDatabase database = TestDatabase.empty();
        String admin = FreePort.text();
        try (OtlpReceiver spans = new OtlpReceiver()) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "PORT", FreePort.text(),
                    "ADMIN_PORT", admin,
                    "NEON_DATABASE_URL", database.url(),
                    "OTEL_EXPORTER_OTLP_ENDPOINT", spans.url()));
            for (String command : List.of("check", "db migrate", "db status")) {
                ServiceProcess done = run(environment, (command + " " + CONFIG).split(" "));
                assertThat(done.awaitExit()).as(done::output).isZero();
            }
            try (ServiceProcess service = run(environment, "server", CONFIG).awaitHealthy()) {
                HttpResponse<String> made =
                        service.post("/complex-operation", "{\"email\":\"a@example.com\",\"quiz_data\":{\"a\":1}}");
                assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
                assertThat(service.post("/complex-operation", "{\"email\":1").statusCode())
                        .isEqualTo(400);
                assertThat(service.get("/users").body()).contains("a@example.com");
                for (String page : List.of("/docs", "/redoc", "/openapi.json", "/health")) {
                    assertThat(service.get(page).statusCode()).as(page).isEqualTo(200);
                }
                for (String page : List.of("/", "/metrics", "/healthcheck", "/threads")) {
                    assertThat(admin(admin, page, "*/*").statusCode()).as(page).isEqualTo(200);
                }
                assertThat(admin(admin, "/metrics/prometheus", protobuf())
                                .headers()
                                .firstValue("Content-Type"))
                        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(spans.spans()).isNotEmpty());
            }
        }
    }

    /** What a Prometheus accepts whose native histograms are on. */
    private static String protobuf() {
        return "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
                + "text/plain;version=0.0.4;q=0.3";
    }

    private static HttpResponse<String> admin(String port, String path, String accept) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + port + path);
        HttpRequest request =
                HttpRequest.newBuilder(address).header("Accept", accept).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
