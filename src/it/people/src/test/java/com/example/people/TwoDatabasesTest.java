package com.example.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.neon.NeonBundle;
import com.ketomealplan.neon.NeonDataSourceFactory;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jdbi3.JdbiFactory;
import io.dropwizard.testing.DropwizardTestSupport;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.validation.Valid;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.nio.file.Files;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** A service with a second database. */
class TwoDatabasesTest {

    public static class Settings extends PeopleApplication.Settings {
        @Valid @JsonProperty
        NeonDataSourceFactory reports = NeonDataSourceFactory.withDefaults();
    }

    @Path("/reports")
    public record ReportsResource(Jdbi reports) {
        @GET
        public String database() {
            return reports.withHandle(handle -> handle.createQuery("SELECT current_database()")
                    .mapTo(String.class)
                    .one());
        }
    }

    public static final class TwoDatabases extends Application<Settings> {

        private final NeonBundle<Settings> neon = new NeonBundle<>(settings -> settings.database);

        @Override
        public void initialize(Bootstrap<Settings> bootstrap) {
            bootstrap.addBundle(neon);
        }

        @Override
        public void run(Settings settings, Environment environment) {
            Jdbi reports = new JdbiFactory().build(environment, settings.reports, "reports");
            environment.healthChecks().unregister("reports"); // it would query the database each time
            environment.jersey().register(new ReportsResource(reports));
            environment
                    .jersey()
                    .register(new PeopleApplication.PeopleResource(neon.sqlObject(PeopleApplication.PersonDao.class)));
        }
    }

    @Test
    void eachHasAPoolOfItsOwn() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            java.nio.file.Path config = Files.writeString(
                    java.nio.file.Path.of("target", "two-databases.yml"),
                    """
                    database: {url: 'postgresql://postgres@127.0.0.1:%1$d/postgres?sslmode=disable'}
                    reports: {url: 'postgresql://postgres@127.0.0.1:%1$d/template1?sslmode=disable'}
                    """.formatted(postgres.getPort()) + Away.PORTS);
            DropwizardTestSupport<Settings> service =
                    new DropwizardTestSupport<>(TwoDatabases.class, config.toString());
            service.before();
            try {
                assertThat(Away.get(service.getLocalPort(), "/reports").body()).isEqualTo("template1");
                assertThat(Away.get(service.getAdminPort(), "/metrics").body())
                        .contains("pool.database.size", "pool.reports.size");
                assertThat(Away.get(service.getAdminPort(), "/healthcheck").body())
                        .contains("\"database\"")
                        .doesNotContain("\"reports\"");
            } finally {
                service.after();
            }
        }
    }
}
