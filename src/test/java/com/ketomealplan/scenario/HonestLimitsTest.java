package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool that may open more connections than the server lets it have says so before a burst of requests finds it out. */
class HonestLimitsTest {

    private static final String LOGGER = "com.ketomealplan.neon.ServerLimits";

    private TestService service;

    @AfterEach
    void stop() {
        service.stop();
    }

    /** For a role that may have so many connections. */
    private TestService serviceWithLimit(int connections) {
        TestDatabase database = TestDatabase.migrated();
        String role = database.endpoint().database() + "_role";
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE ROLE %s LOGIN PASSWORD 'geheim' CONNECTION LIMIT %d".formatted(role, connections));
            handle.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO " + role);
        });
        String own = database.endpoint().user() + ":" + database.password();
        // Passive, so that the start asks nothing
        return TestService.at(
                database.url().replace(own, role + ":geheim"), ConfigOverride.config("database.healthMode", "passive"));
    }

    private void serve() {
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
    }

    @Test
    void aRoleWithFewerConnectionsThanThePoolIsOneWarning() {
        service = serviceWithLimit(3);
        try (LoggedLines lines = LoggedLines.of(LOGGER)) {
            service.get("/health");
            assertThat(lines.all()).as("what a look at the health asks").isEmpty();

            serve();
            serve();

            assertThat(lines.all())
                    .singleElement()
                    .asString()
                    .contains("1 instance of up to 15 connections may open 15")
                    .contains("may have 3")
                    .contains("POOL_KEEP + POOL_OVERFLOW");
        }
    }

    @Test
    void aPoolThatFitsIsNone() {
        service = serviceWithLimit(16); // one is for questions about the health
        try (LoggedLines lines = LoggedLines.of(LOGGER)) {
            serve();
            assertThat(lines.all()).isEmpty();
        }
    }
}
