package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever collects the log in production reads JSON and nothing else: from the first line of a process to its last. */
@Tag("campaign-only")
class HonestProductionLogTest {

    private static final String CONFIG = "config.yml";

    private static Map<String, String> production(String url) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("ENV", "production");
        environment.put("NEON_DATABASE_URL", url);
        environment.put("PORT", FreePort.text());
        environment.put("ADMIN_PORT", FreePort.text());
        return environment;
    }

    /** Those that are no JSON objects. */
    private static List<String> others(String output) {
        return output.lines().filter(line -> !isObject(line)).toList();
    }

    private static boolean isObject(String line) {
        try {
            return new ObjectMapper().readTree(line).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    @Test
    void aMigrationAServiceAndAStartThatFailsPrintJson() throws Exception {
        TestDatabase database = TestDatabase.empty();
        ServiceProcess migration = ServiceProcess.run(production(database.url()), "db", "migrate", CONFIG);
        assertThat(migration.awaitExit()).as(migration::output).isZero();
        assertThat(others(migration.output())).isEmpty();

        ServiceProcess service = ServiceProcess.run(production(database.url()), "server", CONFIG);
        service.awaitHealthy();
        assertThat(service.post("/users", "{\"email\":\"ada@example.com\"}").statusCode())
                .isEqualTo(201);
        database.jdbi().useHandle(handle -> handle.execute("DROP TABLE users CASCADE"));
        assertThat(service.post("/users", "{\"email\":\"eve@example.com\"}").statusCode())
                .isEqualTo(503);
        service.terminate();
        service.awaitExit();
        assertThat(service.output()).contains("SCHEMA_MISMATCH", "\"status\":201");
        assertThat(others(service.output())).isEmpty();
        assertThat(service.output())
                .as("of plain PostgreSQL, but for the names of states")
                .doesNotContainPattern("(?i)\\bcompute|suspend|\\bwakes?\\b|\\bsleeps?\\b");

        ServiceProcess mistaken =
                ServiceProcess.run(production("postgresql://u:geheim@db.example.com/db?geheim=1"), "server", CONFIG);
        assertThat(mistaken.awaitExit()).isEqualTo(1);
        assertThat(mistaken.output()).contains("database.url").doesNotContain("geheim");
        await().until(() -> others(mistaken.output()).isEmpty());
    }
}
