package com.example.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropwizard.configuration.ConfigurationValidationException;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The layer without the libraries that may be left out: Prometheus's, OpenTelemetry's, the charts, the embedded database. */
class LeanTest {

    private static final String PORTS = """
            server:
              applicationConnectors: [{type: http, port: 0}]
              adminConnectors: [{type: http, port: 0}]
            """;

    /** Nothing listens on the discard port. */
    private static final String AWAY = "database:\n  url: postgresql://nobody:x@127.0.0.1:9/none?sslmode=disable\n";

    private static DropwizardTestSupport<PeopleApplication.Settings> service(String configuration) throws Exception {
        Path file = Files.writeString(Files.createTempFile(Path.of("target"), "lean", ".yml"), configuration);
        return new DropwizardTestSupport<>(PeopleApplication.class, file.toString());
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theyAreNotThere() {
        assertThatThrownBy(() -> Class.forName("io.prometheus.metrics.model.registry.PrometheusRegistry"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> Class.forName("io.opentelemetry.api.OpenTelemetry"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> Class.forName("io.zonky.test.db.postgres.embedded.EmbeddedPostgres"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void theServiceAnswersWithoutThem() throws Exception {
        DropwizardTestSupport<PeopleApplication.Settings> service = service(AWAY + PORTS);
        service.before();
        try {
            HttpResponse<String> answer = get(service.getLocalPort(), "/people");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("urn:problem-type:");
            assertThat(answer.headers().firstValue("Server-Timing")).isPresent();
            assertThat(get(service.getAdminPort(), "/metrics/prometheus").body())
                    .doesNotContain("db_client");
            assertThat(get(service.getAdminPort(), "/statements").statusCode()).isEqualTo(404);
            assertThat(get(service.getAdminPort(), "/healthcheck").body()).contains("\"database\"");
        } finally {
            service.after();
        }
    }

    @Test
    void aMissingUrlIsAMistakeOfTheConfiguration() throws Exception {
        assertThatThrownBy(() -> service(PORTS).before())
                .isInstanceOf(ConfigurationValidationException.class)
                .hasMessageContaining("database.url is missing, and so is the embedded database");
    }
}
