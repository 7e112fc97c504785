package com.example.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropwizard.configuration.ConfigurationValidationException;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The layer without the libraries that may be left out: Prometheus's, OpenTelemetry's, the charts, the embedded database. */
class LeanTest {

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
        DropwizardTestSupport<PeopleApplication.Settings> service = Away.service(PeopleApplication.class);
        service.before();
        try {
            HttpResponse<String> answer = Away.get(service.getLocalPort(), "/people");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("urn:problem-type:");
            assertThat(answer.headers().firstValue("Server-Timing")).isPresent();
            assertThat(Away.get(service.getAdminPort(), "/metrics/prometheus").body())
                    .doesNotContain("db_client");
            assertThat(Away.get(service.getAdminPort(), "/statements").statusCode())
                    .isEqualTo(404);
            assertThat(Away.get(service.getAdminPort(), "/healthcheck").body()).contains("\"database\"");
        } finally {
            service.after();
        }
    }

    @Test
    void aMissingUrlIsAMistakeOfTheConfiguration() throws Exception {
        assertThatThrownBy(
                        () -> Away.service(PeopleApplication.class, Away.PORTS).before())
                .isInstanceOf(ConfigurationValidationException.class)
                .hasMessageContaining("database.url is missing, and so is the embedded database");
    }
}
