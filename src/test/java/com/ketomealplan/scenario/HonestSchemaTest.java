package com.ketomealplan.scenario;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.migration.MigrationDataSource;
import com.ketomealplan.neon.migration.Migrations;
import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that answers, and lacks what the service needs of it: a table, or a right. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestSchemaTest {

    private static final String LACKING = "\"state\":\"schema_mismatch\"";

    private TestService service;

    @AfterEach
    void stop() {
        service.stop();
    }

    private HttpResponse<String> createUser() {
        return service.post("/users", "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID()));
    }

    private int getUser() {
        return service.get("/users/" + UUID.randomUUID()).statusCode();
    }

    private static void migrate(TestDatabase database) throws Exception {
        Migrations.apply(
                new MigrationDataSource(database.connector(), Duration.ofSeconds(30), () -> {}), "migrations.xml");
    }

    private void assertLacking() {
        HttpResponse<String> ready = service.get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("\"database\":\"schema_mismatch\"").contains("db migrate");
        HttpResponse<String> health = service.get("/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).contains(LACKING).contains("db migrate").contains("\"database\":\"connected\"");
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
    }

    /** Where a look has it asked, and where only a unit of work can tell. */
    @ParameterizedTest
    @ValueSource(strings = {"active", "passive"})
    void aDatabaseThatWasNotMigratedMakesTheInstanceUnreadyUntilItIs(String healthMode) throws Exception {
        TestDatabase database = TestDatabase.empty();
        service = TestService.on(database, ConfigOverride.config("database.healthMode", healthMode));
        if (healthMode.equals("active")) {
            await().untilAsserted(this::assertLacking); // before the first request
        } else {
            assertThat(service.get("/readyz").statusCode()).isEqualTo(200); // nobody has met it
        }

        HttpResponse<String> refused = service.get("/users/" + UUID.randomUUID());

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(TestService.json(refused).get("type").asText())
                .isEqualTo("urn:problem-type:database-schema-mismatch");
        assertLacking();
        JsonNode check = TestService.json(service.admin("/healthcheck"));
        assertThat(check.at("/database/message").asText())
                .contains("relation \"users\" does not exist")
                .contains("db migrate config.yml");
        assertThat(service.get("/health?probe=true").statusCode()).isEqualTo(503);
        assertLacking();

        migrate(database);
        if (healthMode.equals("passive")) {
            assertLacking();
            assertThat(getUser()).isEqualTo(404);
        }

        await().until(() -> service.get("/readyz").statusCode() == 200);
        assertThat(service.get("/health").statusCode()).isEqualTo(200);
        assertThat(getUser()).isEqualTo(404);
        assertThat(createUser().statusCode()).isEqualTo(201);
    }

    /** The first unit of work tells, where nothing may be asked without one. */
    @ParameterizedTest
    @ValueSource(strings = {"pooled", "per_request"})
    void aPendingChangesetIsOneWarningAndNoMore(String pooling) {
        TestDatabase database = TestDatabase.migrated();
        database.jdbi()
                .useHandle(handle -> handle.execute("DELETE FROM databasechangelog WHERE id = 'idempotency-keys'"));
        service = TestService.on(
                database,
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.pooling", pooling));
        try (LoggedLines log = LoggedLines.of(PendingChangesets.class)) {
            for (int request = 0; request < 3; request++) {
                assertThat(getUser()).isEqualTo(404);
            }
            assertThat(createUser().statusCode()).isEqualTo(201);

            assertThat(service.get("/health?probe=true").statusCode()).isEqualTo(200);
            assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(log.all()).singleElement().asString().contains("lacks 1 changeset: apply it by db migrate");
        }
    }

    /** The caller who waits for the answer may have it asked, in every mode. */
    @Test
    void aProbeFindsOutThatItWasMigrated() throws Exception {
        TestDatabase database = TestDatabase.empty();
        service = TestService.on(database, ConfigOverride.config("database.healthMode", "passive"));
        assertThat(createUser().statusCode()).isEqualTo(503);
        assertLacking();
        migrate(database);

        HttpResponse<String> probed = service.get("/health?probe=true");

        assertThat(probed.statusCode()).as(probed.body()).isEqualTo(200);
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(createUser().statusCode()).isEqualTo(201);
    }

    /** A role of the test's own that may do these things with the tables. */
    private TestService serviceAs(TestDatabase database, String rights) {
        String role = database.endpoint().database() + "_role";
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE ROLE %s LOGIN PASSWORD 'geheim'".formatted(role));
            handle.execute("GRANT %s ON ALL TABLES IN SCHEMA public TO %s".formatted(rights, role));
        });
        String own = database.endpoint().user() + ":" + database.password();
        return TestService.at(database.url().replace(own, role + ":geheim"));
    }

    @Test
    void aRoleThatMayNotWriteMakesAnInstanceUnreadyThatIsOnlyWrittenTo() {
        TestDatabase database = TestDatabase.migrated();
        service = serviceAs(database, "SELECT");

        assertThat(createUser().statusCode()).isEqualTo(503);

        assertLacking();
        assertThat(TestService.json(service.admin("/healthcheck"))
                        .at("/database/message")
                        .asText())
                .contains("permission denied for table users")
                .contains("GRANT INSERT")
                .endsWith(" ON TABLE users TO %s_role"
                        .formatted(database.endpoint().database()));

        database.jdbi()
                .useHandle(handle -> handle.execute("GRANT INSERT ON users TO %s_role"
                        .formatted(database.endpoint().database())));
        await().until(() -> service.get("/readyz").statusCode() == 200);
        assertThat(createUser().statusCode()).isEqualTo(201);
    }

    /** A service may set its search_path in each unit of work, as one does that has a schema for each tenant: only these tell. */
    @Test
    void tablesInAnotherSchemaAreAWarningUntilAUnitOfWorkFails() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE SCHEMA \"a tenant\"");
            for (String table : List.of("users", "quiz_responses", "idempotency_keys")) {
                handle.execute("ALTER TABLE %s SET SCHEMA \"a tenant\"".formatted(table));
            }
        });
        try (Console console = new Console()) {
            service = TestService.on(database);
            await().until(() -> console.text().contains("find their tables in the schema a tenant"));
            assertThat(console.text()).contains("write search_path=%22a%20tenant%22 into the database URL");
        }
        try (PhysicalConnection asWritten = Connectors.to(
                        Endpoint.parse(database.url() + "?search_path=%22a%20tenant%22"))
                .open()) {
            asWritten.jdbc().createStatement().execute("SELECT FROM users");
        }

        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(service.get("/health").statusCode()).isEqualTo(200);

        assertThat(createUser().statusCode()).isEqualTo(503); // this service does not
        assertLacking();
    }

    /** An instance that serves everything else is not taken out, and its readiness does not flutter. */
    @Test
    void oneWrongStatementIsNoVerdict() {
        TestDatabase database = TestDatabase.migrated();
        service = TestService.on(database);
        database.jdbi().useHandle(handle -> handle.execute("DROP TABLE quiz_responses"));
        String operation = "{\"email\":\"%s@example.com\",\"quiz_data\":{}}";

        for (int round = 0; round < 10; round++) {
            assertThat(service.post("/complex-operation", operation.formatted(UUID.randomUUID()))
                            .statusCode())
                    .isEqualTo(503);
            if (round > 0) { // before, nothing tells that anything else is served
                assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
                assertThat(service.get("/health").statusCode()).isEqualTo(200);
            }
            assertThat(getUser()).isEqualTo(404);
        }
    }
}
