package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jar's commands, and what they say about mistakes. */
class ServesCommandsTest {

    private static final String CONFIG = "config.yml";

    /** How many there are. */
    private static final int MIGRATIONS = 5;

    @Test
    void migratesAGivenDatabaseByCommand() throws Exception {
        TestDatabase database = TestDatabase.empty();
        Map<String, String> environment = Map.of("NEON_DATABASE_URL", database.url());

        ServiceProcess pending = ServiceProcess.run(environment, "db", "status", CONFIG);
        assertThat(pending.awaitExit()).isEqualTo(1);
        assertThat(pending.output())
                .contains(MIGRATIONS + " changesets have not been applied")
                .contains("lacks " + MIGRATIONS + " changesets: apply them by db migrate")
                .doesNotContain("\tat ");
        ServiceProcess first = ServiceProcess.run(environment, "db", "migrate", CONFIG);
        ServiceProcess second = ServiceProcess.run(environment, "db", "migrate", CONFIG);
        assertThat(first.awaitExit()).as(first.output()).isZero();
        assertThat(second.awaitExit()).as(second.output()).isZero();
        assertThat(database.count("databasechangelog")).isEqualTo(MIGRATIONS);
        assertThat(database.count("users")).isZero();
        ServiceProcess applied = ServiceProcess.run(environment, "db", "status", CONFIG);
        assertThat(applied.awaitExit()).as(applied.output()).isZero();

        ServiceProcess rollback =
                ServiceProcess.run(environment, "db", "rollback", "-c", Integer.toString(MIGRATIONS), CONFIG);
        assertThat(rollback.awaitExit()).as(rollback.output()).isZero();
        assertThat(database.count("databasechangelog")).isZero();
        assertThat(first.output()).doesNotContain(database.password());
    }

    @Test
    void aCommandThatGetsNoConnectionSaysWhyInOneLine() throws Exception {
        TestDatabase database = TestDatabase.empty();
        ServiceProcess status = ServiceProcess.run(
                Map.of("NEON_DATABASE_URL", database.url().replace(database.password(), "geheim")),
                "db",
                "status",
                CONFIG);

        assertThat(status.awaitExit()).isEqualTo(1);
        assertThat(status.output())
                .contains("password authentication failed")
                .contains("check user, password and host")
                .doesNotContain("geheim")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({"config.yml, production", "config-serverless.yml, development", "config-serverless.yml, ''"})
    void aMissingUrlIsAnErrorWhereDataIsAtStake(String file, String env) throws Exception {
        ServiceProcess service = ServiceProcess.run(Map.of("ENV", env), "server", file);

        assertThat(service.awaitExit()).isEqualTo(1);
        assertThat(service.output())
                .contains("database.url: is missing")
                .contains("NEON_DATABASE_URL")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
    }

    /** Each of these was some dozen lines of a stack. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server config.yml | PORT=IN_USE | server.applicationConnectors[0].port: IN_USE is in use; end the program",
                "server config.yml | ADMIN_PORT=IN_USE | server.adminConnectors[0].port: IN_USE is in use; end the program",
                "server config-serverless.yml | PORT=IN_USE | server.connector.port: IN_USE is in use; end the program",
                "server config.yml | EMBEDDED_POSTGRES_DIR=config.yml/pg | database.embeddedDirectory: the embedded",
                "db status config.yml | EMBEDDED_POSTGRES_DIR=config.yml | database.embeddedDirectory: the embedded"
            })
    void aMistakeAtTheStartIsOneLineWithTheWayOut(String command, String mistake, String line) throws Exception {
        try (ServerSocket inUse = new ServerSocket(0)) {
            String port = Integer.toString(inUse.getLocalPort());
            String[] setting = mistake.replace("IN_USE", port).split("=");
            Map<String, String> environment = new HashMap<>(Map.of("PORT", "0", "ADMIN_PORT", "0"));
            if (!setting[0].startsWith("EMBEDDED")) {
                environment.put("NEON_DATABASE_URL", "postgresql://u:geheim@localhost:1/db");
            }
            environment.put(setting[0], setting[1]);
            ServiceProcess service = ServiceProcess.run(environment, command.split(" "));

            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.output().lines().filter(said -> !said.startsWith("INFO")))
                    .singleElement()
                    .asString()
                    .startsWith(line.replace("IN_USE", port))
                    .contains(setting[0]);
        }
    }

    @ParameterizedTest
    @CsvSource({"server", "check", "db status", "db migrate"})
    void mistakesAreReportedByEveryCommandWithoutASecret(String command) throws Exception {
        String[] arguments = (command + " " + CONFIG).split(" ");
        ServiceProcess service = ServiceProcess.run(
                Map.of(
                        "NEON_DATABASE_URL", "postgresql://u:geheim@db.example.com/db?sslmode=disable&geheim=1",
                        "POOLING", "geheim"),
                arguments);

        assertThat(service.awaitExit()).isEqualTo(1);
        assertThat(service.output())
                .contains("database.url (set by NEON_DATABASE_URL): asks for sslmode=disable")
                .contains("database.pooling (set by POOLING): must be one of")
                .doesNotContain("geheim")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
    }
}
