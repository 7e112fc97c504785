package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Command;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar's commands, and what they say about mistakes. Most are run in this JVM, because starting another one takes longer. */
class ServesCommandsTest {

    private static final String CONFIG = "config.yml";

    /** How many there are. */
    private static final int MIGRATIONS = 9;

    private static TestDatabase migrated;

    @BeforeAll
    static void migrate() {
        migrated = TestDatabase.migrated();
    }

    /** The lines that tell of a failure are the only ones. */
    private static void assertOneLine(Command command) {
        assertThat(command.errors().lines()).as(command.errors()).hasSize(1);
        assertThat(command.own()).allMatch(line -> line.startsWith("INFO"), "is INFO");
    }

    @Test
    void migratesAGivenDatabaseByCommand() throws Exception {
        TestDatabase database = TestDatabase.empty();
        Map<String, String> environment = Map.of("NEON_DATABASE_URL", database.url());

        Command pending = Command.run(environment, "db", "status", CONFIG);
        assertThat(pending.exitCode()).isEqualTo(1);
        assertThat(pending.output()).contains(MIGRATIONS + " changesets have not been applied");
        assertThat(pending.errors().lines())
                .singleElement()
                .asString()
                .contains("lacks " + MIGRATIONS + " changesets: apply them by db migrate");
        Command migrated = Command.run(environment, "db", "migrate", CONFIG);
        assertThat(migrated.exitCode()).as(migrated.output()).isZero();
        assertThat(database.count("databasechangelog")).isEqualTo(MIGRATIONS);
        assertThat(database.count("users")).isZero();
        Command applied = Command.run(environment, "db", "status", CONFIG);
        assertThat(applied.exitCode()).as(applied.errors()).isZero();

        Command rollback = Command.run(environment, "db", "rollback", "-c", Integer.toString(MIGRATIONS), CONFIG);
        assertThat(rollback.exitCode()).as(rollback.errors()).isZero();
        assertThat(database.count("databasechangelog")).isZero();
        assertThat(migrated.output()).doesNotContain(database.password());
    }

    @Test
    @Tag("campaign-only")
    void twoInstancesThatMigrateAtOnceDoItOnce() throws Exception {
        TestDatabase database = TestDatabase.empty();
        Map<String, String> environment = Map.of("NEON_DATABASE_URL", database.url());

        ServiceProcess first = ServiceProcess.run(environment, "db", "migrate", CONFIG);
        ServiceProcess second = ServiceProcess.run(environment, "db", "migrate", CONFIG);

        assertThat(first.awaitExit()).as(first.output()).isZero();
        assertThat(second.awaitExit()).as(second.output()).isZero();
        assertThat(database.count("databasechangelog")).isEqualTo(MIGRATIONS);
        assertThat(first.output() + second.output()).doesNotContain(database.password());
    }

    /** With the tables there or not, it is one line and the end, or it serves. */
    @Test
    void aStartMigratesOrRefusesAsItIsTold() {
        TestDatabase database = TestDatabase.empty();
        Map<String, String> environment = new HashMap<>(Map.of(
                "NEON_DATABASE_URL", database.url(), "PORT", "0", "ADMIN_PORT", "0", "MIGRATE_AT_START", "check"));

        Command checked = Command.run(environment, "server", CONFIG);
        assertThat(checked.exitCode()).isEqualTo(1);
        assertOneLine(checked);
        assertThat(checked.errors()).contains("lacks " + MIGRATIONS + " changesets: apply them by db migrate");

        TestService service = TestService.on(database, ConfigOverride.config("database.migrateAtStart", "true"));
        try {
            assertThat(service.post("/users", "{\"email\":\"ada@example.com\"}").statusCode())
                    .isEqualTo(201);
        } finally {
            service.stop();
        }

        environment.put("NEON_DATABASE_URL", database.url().replace(database.password(), "geheim"));
        environment.put("MIGRATE_AT_START", "true");
        Command refused = Command.run(environment, "server", CONFIG);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertOneLine(refused);
        assertThat(refused.errors()).contains("password authentication failed").doesNotContain("geheim");
    }

    @Test
    void aCommandThatGetsNoConnectionSaysWhyInOneLine() {
        TestDatabase database = TestDatabase.empty();
        Command status = Command.run(
                Map.of("NEON_DATABASE_URL", database.url().replace(database.password(), "geheim")),
                "db",
                "status",
                CONFIG);

        assertThat(status.exitCode()).isEqualTo(1);
        assertOneLine(status);
        assertThat(status.errors())
                .contains("password authentication failed")
                .contains("check user, password and host")
                .doesNotContain("geheim");
    }

    /** What is wrong, and where to read what would be right: nothing was read, opened or tried. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nosuch | nosuch | --help",
                "--nosuch | --nosuch | --help",
                "server --nosuch | --nosuch | server --help",
                "server config.yml config.yml | config.yml | server --help",
                "server | names no configuration file | server config.yml",
                "server nowhere.yml | nowhere.yml cannot be read, because it does not exist | is the path right?",
                "check src | src is a directory | name the file in it",
                "db | | db --help",
                "db nosuch config.yml | nosuch | db --help",
                "db migrate | names no configuration file | db migrate --help",
                "db migrate nowhere.yml | nowhere.yml cannot be read | is the path right?",
                "db migrate -c many config.yml | many | db migrate --help",
                "db migrate -c 0 config.yml | --count must be 1 or more | db migrate --help",
                "db migrate --migrations nowhere.xml config.yml | nowhere.xml, which does not exist | db migrate --help",
                "db rollback config.yml | takes one of --count, --tag and --date | db rollback --help",
                "db rollback -c 1 -t a config.yml | takes one of --count, --tag and --date | db rollback --help",
                "db rollback -d yesterday config.yml | yesterday | db rollback --help",
                "db locks config.yml | takes one of --list and --force-release | db locks --help",
                "db locks -l -r config.yml | takes one of --list and --force-release | db locks --help",
                "db tag config.yml | db tag config.yml TAG | db tag --help",
                "db drop-all config.yml | --confirm-delete-everything | db drop-all --help"
            })
    void aWrongArgumentIsOneLineAndExitCode2(String arguments, String wrong, String wayOut) {
        Command command =
                Command.run(Map.of("NEON_DATABASE_URL", "postgresql://u@localhost:1/db"), arguments.split(" "));

        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.own()).isEmpty();
        assertThat(command.errors().lines())
                .singleElement()
                .asString()
                .contains(wrong == null ? "" : wrong)
                .contains(wayOut);
    }

    /** These can only be known when the database is asked. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "db rollback -t nosuch config.yml | db rollback: Could not find tag 'nosuch'",
                "db calculate-checksum config.yml nosuch nobody | No such changeSet identified by changeSet id: nosuch",
                "db dump -o target/nowhere/dump.xml config.yml | target/nowhere/dump.xml (No such file or directory)",
                "db generate-docs config.yml pom.xml | Not a directory",
                "db status --schema nosuch config.yml | schema \"nosuch\" does not exist",
                "db migrate --migrations pom.xml config.yml | db migrate: "
            })
    void whatALiquibaseCommandCannotDoIsOneLine(String arguments, String line) {
        Command command = Command.run(Map.of("NEON_DATABASE_URL", migrated.url()), arguments.split(" "));

        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.errors().lines()).singleElement().asString().contains(line);
    }

    @Test
    void aChangesetThatFailsIsNamedWithItsReason(@TempDir Path directory) throws IOException {
        Path changes = directory.resolve("changes.sql");
        Files.writeString(changes, "--liquibase formatted sql\n--changeset me:again\nCREATE TABLE users (id int);\n");
        Command migrate = Command.run(
                Map.of("NEON_DATABASE_URL", migrated.url()),
                "db",
                "migrate",
                "--migrations",
                changes.toString(),
                CONFIG);

        assertThat(migrate.exitCode()).isEqualTo(1);
        assertThat(migrate.errors().lines())
                .singleElement()
                .asString()
                .contains("changes.sql::again::me")
                .contains("relation \"users\" already exists");
    }

    /** Dropwizard would print it over several lines first, if Liquibase did not wrap it. */
    @Test
    void aChangesetThatWasChangedIsNamedInOneLineByEachCommand(@TempDir Path directory) throws IOException {
        Path changes = directory.resolve("changes.sql");
        Map<String, String> environment =
                Map.of("NEON_DATABASE_URL", TestDatabase.empty().url());
        String file = " --migrations " + changes + " " + CONFIG;
        Files.writeString(changes, "--liquibase formatted sql\n--changeset me:a\nCREATE TABLE a (id int);\n");
        assertThat(Command.run(environment, ("db migrate" + file).split(" ")).exitCode())
                .isZero();
        Files.writeString(changes, "--liquibase formatted sql\n--changeset me:a\nCREATE TABLE b (id int);\n");

        for (String command : List.of(
                "migrate",
                "migrate -n",
                "migrate -c 1",
                "status",
                "rollback -n -c 1",
                "fast-forward",
                "test",
                "prepare-rollback",
                "rollback -c 1")) {
            Command changed = Command.run(environment, ("db " + command + file).split(" "));

            assertThat(changed.errors().lines())
                    .as(command)
                    .singleElement()
                    .asString()
                    .contains("changes.sql::a::me", "check sum");
            assertThat(changed.exitCode()).isEqualTo(1);
        }
    }

    /** As where the tables are another role's. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE ON databasechangeloglock | false | db migrate | table databasechangeloglock",
                "UPDATE ON databasechangeloglock | false | db status | table databasechangeloglock",
                "SELECT ON databasechangelog | false | db migrate | table databasechangelog",
                "ALL ON databasechangelog, databasechangeloglock | true | server | table databasechangeloglock",
                "ALL ON databasechangelog, databasechangeloglock | check | server | table databasechangeloglock"
            })
    void aRightThatTheRoleLacksIsOneLine(String right, String migrateAtStart, String command, String line)
            throws Exception {
        try (RotatedRole role = RotatedRole.of(migrated);
                Connection administration = migrated.connect();
                Statement statement = administration.createStatement()) {
            statement.execute("REVOKE " + right + " FROM " + role.name());
            Command failed = Command.run(
                    Map.of(
                            "NEON_DATABASE_URL",
                            role.url(migrated.url()),
                            "MIGRATE_AT_START",
                            migrateAtStart,
                            "PORT",
                            "0",
                            "ADMIN_PORT",
                            "0"),
                    (command + " " + CONFIG).split(" "));

            assertThat(failed.exitCode()).isEqualTo(1);
            assertOneLine(failed);
            assertThat(failed.errors()).contains("permission denied for " + line);
        }
    }

    @Test
    void everyDatabaseCommandHasALineOfHelp() {
        Command help = Command.run(Map.of(), "db", "--help");

        assertThat(help.exitCode()).isZero();
        List<String> commands = help.output()
                .lines()
                .dropWhile(line -> !line.startsWith("commands:"))
                .toList();
        for (String command : List.of(
                "calculate-checksum",
                "clear-checksums",
                "drop-all",
                "dump",
                "fast-forward",
                "generate-docs",
                "locks",
                "migrate",
                "prepare-rollback",
                "rollback",
                "status",
                "tag",
                "test")) {
            assertThat(commands).as(command).anyMatch(line -> line.matches("    " + command + " +[A-Z].+"));
        }
        assertThat(Command.run(Map.of(), "db", "rollback", "--help").output()).contains("2026/11/28");
        assertThat(Command.run(Map.of(), "--help").output())
                .containsPattern("  server +Serve")
                .containsPattern("  db +Look");
    }

    /** What the exit code of a process is, and that its options reach the configuration. */
    @Test
    void aSystemPropertyOverridesTheFileAndIsBlamedForItsMistake() throws Exception {
        ServiceProcess check = ServiceProcess.run(
                List.of("-Ddw.database.pooling=poled"), Map.of("POOLING", "pooled"), "check", CONFIG);

        assertThat(check.awaitExit()).isEqualTo(1);
        assertThat(check.output())
                .contains("config.yml, overridden by -Ddw.database.pooling, has an error")
                .contains("database.pooling (set by -Ddw.database.pooling): must be one of auto, pooled, per_request")
                .doesNotContain("set by POOLING")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({"config.yml, production", "config-serverless.yml, development", "config-serverless.yml, ''"})
    void aMissingUrlIsAnErrorWhereDataIsAtStake(String file, String env) {
        Command server = Command.run(Map.of("ENV", env), "server", file);

        assertThat(server.exitCode()).isEqualTo(1);
        assertThat(server.errors())
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
            Command failed = Command.run(environment, command.split(" "));

            assertThat(failed.exitCode()).isEqualTo(1);
            assertOneLine(failed);
            assertThat(failed.errors()).startsWith(line.replace("IN_USE", port)).contains(setting[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "check", "db status", "db migrate"})
    void mistakesAreReportedByEveryCommandWithoutASecret(String command) {
        String[] arguments = (command + " " + CONFIG).split(" ");
        Command failed = Command.run(
                Map.of(
                        "NEON_DATABASE_URL", "postgresql://u:geheim@db.example.com/db?sslmode=disable&geheim=1",
                        "POOLING", "geheim"),
                arguments);

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.errors())
                .contains("database.url (set by NEON_DATABASE_URL): asks for sslmode=disable")
                .contains("database.pooling (set by POOLING): must be one of")
                .doesNotContain("geheim")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
        assertThat(failed.own()).isEmpty();
    }
}
