package com.example.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.NeonBundle;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The layer with all that a service can leave out by saying so. */
class BareTest {

    private static final String PORTS = """
            server:
              applicationConnectors: [{type: http, port: 0}]
              adminConnectors: [{type: http, port: 0}]
            """;

    public static final class Bare extends Application<PeopleApplication.Settings> {

        private final NeonBundle<PeopleApplication.Settings> neon = new NeonBundle<PeopleApplication.Settings>(
                        settings -> settings.database)
                .withoutMetrics()
                .withoutTracing()
                .withoutConsole()
                .withoutEmbeddedDatabase();

        @Override
        public void initialize(Bootstrap<PeopleApplication.Settings> bootstrap) {
            bootstrap.addBundle(neon);
        }

        @Override
        public void run(PeopleApplication.Settings settings, Environment environment) {
            environment
                    .jersey()
                    .register(new PeopleApplication.PeopleResource(neon.sqlObject(PeopleApplication.PersonDao.class)));
        }
    }

    private static DropwizardTestSupport<PeopleApplication.Settings> service(String configuration) throws Exception {
        Path file = Files.writeString(Files.createTempFile(Path.of("target"), "bare", ".yml"), configuration);
        return new DropwizardTestSupport<>(Bare.class, file.toString());
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** Nothing listens on the discard port. */
    @Test
    void nothingOfItIsThere() throws Exception {
        DropwizardTestSupport<PeopleApplication.Settings> service =
                service("database:\n  url: postgresql://nobody:x@127.0.0.1:9/none?sslmode=disable\n" + PORTS);
        service.before();
        try {
            assertThat(get(service.getLocalPort(), "/people").statusCode()).isEqualTo(503);
            assertThat(get(service.getAdminPort(), "/statements").statusCode()).isEqualTo(404);
            assertThat(get(service.getAdminPort(), "/metrics/prometheus").body())
                    .doesNotContain("db_client");
        } finally {
            service.after();
        }
    }

    @Test
    void withoutUrlItDoesNotStart() throws Exception {
        assertThatThrownBy(service(PORTS)::before)
                .hasStackTraceContaining("database.url is missing, and this service starts no database of its own");
    }
}
