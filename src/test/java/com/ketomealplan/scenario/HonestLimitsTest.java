package com.ketomealplan.scenario;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool that may open more connections than the server lets it have says so before a burst of requests finds it out. */
class HonestLimitsTest {

    private static final String LOGGER = "com.ketomealplan.neon.ServerLimits";

    private TestDatabase database;
    private TestService service;

    @AfterEach
    void stop() {
        service.stop();
    }

    /** For a role that may have so many connections. */
    private TestService serviceWithLimit(int connections) {
        database = TestDatabase.migrated();
        String role = database.endpoint().database() + "_role";
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE ROLE %s LOGIN PASSWORD 'geheim' CONNECTION LIMIT %d".formatted(role, connections));
            handle.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO " + role);
        });
        String own = database.endpoint().user() + ":" + database.password();
        // Passive, so that the start asks nothing
        return TestService.at(
                database.url().replace(own, role + ":geheim"),
                ConfigOverride.config("database.healthMode", "passive"),
                // Who gets no connection learns it soon
                ConfigOverride.config("database.unitOfWork.deadline", connections == 0 ? "1s" : "5s"));
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
                    .contains("1 instance of up to 15 connections may open 16, with one for health checks,")
                    .contains("may have 3")
                    .contains("POOL_KEEP + POOL_OVERFLOW");
        }
    }

    /** As where other instances have them all: no request is served, and who looks at the health learns it. */
    @Test
    void anInstanceThatIsLeftWithoutAnyConnectionIsNotHealthyUntilItHasOne() {
        service = serviceWithLimit(0);
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(503);

        HttpResponse<String> without = service.get("/health");
        assertThat(without.statusCode()).as(without.body()).isEqualTo(503);
        assertThat(without.body())
                .contains("\"state\":\"throttled\"")
                .contains("\"database\":\"disconnected\"")
                .contains("takes no further connections");
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200); // others have no more

        database.jdbi()
                .useHandle(handle -> handle.execute("ALTER ROLE %s_role CONNECTION LIMIT 3"
                        .formatted(database.endpoint().database())));
        await().until(() -> service.get("/users/" + UUID.randomUUID()).statusCode() == 404);
        String role = database.endpoint().database() + "_role";
        assertThat(service.admin("/healthcheck").body())
                .contains("too many connections for role")
                .contains("ALTER ROLE %s CONNECTION LIMIT".formatted(role));
        HttpResponse<String> with = service.get("/health");
        assertThat(with.statusCode()).as(with.body()).isEqualTo(200);
        assertThat(with.body()).contains("\"database\":\"connected\"");
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
