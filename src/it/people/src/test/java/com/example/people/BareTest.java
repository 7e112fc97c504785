package com.example.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.NeonBundle;
import io.dropwizard.configuration.ConfigurationValidationException;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.testing.DropwizardTestSupport;
import org.junit.jupiter.api.Test;

/** The layer with all that a service can leave out by saying so. */
class BareTest {

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

    @Test
    void nothingOfItIsThere() throws Exception {
        DropwizardTestSupport<PeopleApplication.Settings> service = Away.service(Bare.class);
        service.before();
        try {
            assertThat(Away.get(service.getLocalPort(), "/people").statusCode()).isEqualTo(503);
            assertThat(Away.get(service.getAdminPort(), "/statements").statusCode())
                    .isEqualTo(404);
            assertThat(Away.get(service.getAdminPort(), "/metrics/prometheus").body())
                    .doesNotContain("db_client");
        } finally {
            service.after();
        }
    }

    @Test
    void aMissingUrlIsAMistakeOfTheConfiguration() throws Exception {
        assertThatThrownBy(Away.service(Bare.class, Away.PORTS)::before)
                .isInstanceOf(ConfigurationValidationException.class)
                .hasMessageContaining("database.url is missing, and this service starts no database of its own");
    }
}
