package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.ketomealplan.config.ConfigurationMistakes;
import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.http.CorsSettings;
import com.ketomealplan.http.HttpSettings;
import com.ketomealplan.http.drain.DrainSettings;
import com.ketomealplan.neon.ComputeSettings;
import com.ketomealplan.neon.ConnectSettings;
import com.ketomealplan.neon.Deployment;
import com.ketomealplan.neon.Deployment.Stage;
import com.ketomealplan.neon.NeonDataSourceFactory;
import com.ketomealplan.neon.UnitOfWorkSettings;
import com.ketomealplan.neon.health.HealthMode;
import com.ketomealplan.neon.migration.MigrateAtStart;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.url.Secret;
import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import jakarta.validation.Validator;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped configuration files, the defaults, and the mistakes that are reported. */
class KetoMealPlanConfigurationTest {

    private static final Validator VALIDATOR = Validators.newValidator(); // thread-safe, and slow to make

    private static final String URL = "postgresql://u:geheim@db.example.com/db?sslmode=require";

    private static KetoMealPlanConfiguration file(String path, Map<String, String> environment) throws Exception {
        return read(new FileConfigurationSourceProvider(), path, environment);
    }

    private static KetoMealPlanConfiguration yaml(String text, Map<String, String> environment) throws Exception {
        byte[] document = onOnePort(text).getBytes(StandardCharsets.UTF_8);
        return read(path -> new ByteArrayInputStream(document), "test.yml", environment);
    }

    /** Adds a server with one port, because the default one, with an open admin port, would be one more mistake. */
    private static String onOnePort(String text) {
        if (text.contains("server:") || !text.contains(":")) {
            return text;
        }
        return text.startsWith("{")
                ? text.replaceFirst("\\{", "{server: {type: simple}, ")
                : text + "\nserver: {type: simple}\n";
    }

    private static KetoMealPlanConfiguration read(
            ConfigurationSourceProvider source, String path, Map<String, String> environment) throws Exception {
        return ReportingConfigurationFactory.<KetoMealPlanConfiguration>reading(environment)
                .create(KetoMealPlanConfiguration.class, VALIDATOR, Jackson.newObjectMapper(), "dw-test")
                .build(source, path);
    }

    private static ConfigurationMistakes mistakesOf(String text, Map<String, String> environment) {
        return catchThrowableOfType(ConfigurationMistakes.class, () -> yaml(text, environment));
    }

    @Test
    void theShippedFileHasTheDefaults() throws Exception {
        KetoMealPlanConfiguration configuration = file("config.yml", Map.of());

        assertThat(configuration.deployment()).isEqualTo(new Deployment(Stage.DEVELOPMENT, false));
        assertThat(configuration.adminToken()).isEmpty();
        assertThat(configuration.adminHosts()).isEmpty();
        assertThat(configuration.database().strategy()).isEqualTo(PoolingStrategy.POOLED);
        assertDefaultsOfTheCode(configuration);
        DefaultServerFactory server = (DefaultServerFactory) configuration.getServerFactory();
        HttpConnectorFactory application =
                (HttpConnectorFactory) server.getApplicationConnectors().get(0);
        HttpConnectorFactory admin =
                (HttpConnectorFactory) server.getAdminConnectors().get(0);
        assertThat(application.getPort()).isEqualTo(8080);
        assertThat(application.getBindHost()).isNull();
        assertThat(admin.getPort()).isEqualTo(8081);
        assertThat(admin.getBindHost()).isEqualTo("127.0.0.1");
        // Kubernetes gives 30 s for the whole stop, of which this is a part
        assertThat(server.getShutdownGracePeriod()).isEqualTo(Duration.seconds(20));
    }

    @Test
    void anEmptyDatabaseBlockHasTheSameDefaultsAsTheShippedFile() throws Exception {
        assertDefaultsOfTheCode(yaml("database: {}", Map.of()));
        assertDefaultsOfTheCode(yaml("serverless: false", Map.of()));
    }

    private static void assertDefaultsOfTheCode(KetoMealPlanConfiguration configuration) {
        assertThat(configuration.http())
                .isEqualTo(new HttpSettings(
                        1 << 20,
                        java.time.Duration.ofSeconds(30),
                        new DrainSettings(java.time.Duration.ofSeconds(15), java.time.Duration.ofSeconds(1), false),
                        CorsSettings.NONE,
                        Optional.empty()));
        assertThat(configuration.database().pooled().keep()).isEqualTo(5);
        assertThat(configuration.database().pooled().overflow()).isEqualTo(10);
        assertThat(configuration.database().pooled().overflowIdleTime()).isNull(); // depends on the host
        assertThat(configuration.database().pooledEndpoint()).isFalse();
        assertThat(configuration.database().healthMode()).isEqualTo(HealthMode.AUTO);
        assertThat(configuration.database().connect())
                .isEqualTo(new ConnectSettings(Duration.seconds(5), Duration.seconds(5), Duration.seconds(30)));
        assertThat(configuration.database().pooled().maxConnectionAge()).isEqualTo(Duration.hours(1));
        assertThat(configuration.database().perRequest().maxConnections()).isEqualTo(50);
        assertThat(configuration.database().instances()).isEqualTo(1);
        assertThat(configuration.database().migrateAtStart()).isEqualTo(MigrateAtStart.FALSE);
        assertThat(configuration.database().connectAtStart()).isFalse();
        assertThat(configuration.database().unitOfWork())
                .isEqualTo(new UnitOfWorkSettings(
                        Duration.seconds(5),
                        Duration.minutes(1),
                        Duration.seconds(15),
                        Duration.minutes(1),
                        Duration.hours(24),
                        DataSize.kibibytes(256)));
        assertThat(configuration.database().maxWaitForConnection()).isEqualTo(Duration.seconds(30));
        assertThat(configuration.database().slowStatementThreshold()).isEqualTo(Duration.milliseconds(250));
        assertThat(configuration.database().compute()).isEqualTo(new ComputeSettings(Duration.minutes(5), null));
        assertThat(configuration.tracingEndpoint()).isEmpty();
        assertThat(configuration.database().embeddedDirectory()).isEqualTo(Path.of(".embedded-postgres"));
        assertThat(configuration.database().getUrl()).isEmpty();
    }

    @Test
    void theShippedFileReadsTheEnvironment() throws Exception {
        KetoMealPlanConfiguration configuration = file(
                "config.yml",
                Map.ofEntries(
                        Map.entry("NEON_DATABASE_URL", URL),
                        Map.entry("ENV", "production"),
                        Map.entry("SERVERLESS", "true"),
                        Map.entry("POOLING", "pooled"),
                        Map.entry("PORT", "9000"),
                        Map.entry("ADMIN_PORT", "9001"),
                        Map.entry("ADMIN_HOST", "0.0.0.0"),
                        Map.entry("ADMIN_TOKEN", "token"),
                        Map.entry("ADMIN_HOSTS", "admin.example.com, 10.0.0.7"),
                        Map.entry("DOCS", "false"),
                        Map.entry("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")));

        assertThat(configuration.deployment()).isEqualTo(new Deployment(Stage.PRODUCTION, true));
        assertThat(configuration.database().getUrl()).isEqualTo("jdbc:postgresql://db.example.com:5432/db");
        assertThat(configuration.database().strategy()).isEqualTo(PoolingStrategy.POOLED);
        assertThat(configuration.adminToken()).contains(new Secret("token"));
        assertThat(configuration.adminHosts()).containsExactly("admin.example.com", "10.0.0.7");
        assertThat(configuration.docs()).isFalse();
        assertThat(configuration.tracingEndpoint()).contains("http://localhost:4318");
        DefaultServerFactory server = (DefaultServerFactory) configuration.getServerFactory();
        assertThat(((HttpConnectorFactory) server.getApplicationConnectors().get(0)).getPort())
                .isEqualTo(9000);
        HttpConnectorFactory admin =
                (HttpConnectorFactory) server.getAdminConnectors().get(0);
        assertThat(admin.getPort()).isEqualTo(9001);
        assertThat(admin.getBindHost()).isEqualTo("0.0.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.yml", "config-serverless.yml"})
    void bothShippedFilesReadTheDatabaseSettingsFromTheEnvironment(String path) throws Exception {
        NeonDataSourceFactory database = file(
                        path,
                        Map.of(
                                "NEON_DATABASE_URL", URL,
                                "POOL_KEEP", "2",
                                "POOL_OVERFLOW", "3",
                                "POOL_MAX_PER_REQUEST", "4",
                                "INSTANCES", "6",
                                "MIGRATE_AT_START", "check"))
                .database();

        assertThat(database.pooled().keep()).isEqualTo(2);
        assertThat(database.pooled().overflow()).isEqualTo(3);
        assertThat(database.perRequest().maxConnections()).isEqualTo(4);
        assertThat(database.instances()).isEqualTo(6);
        assertThat(database.migrateAtStart()).isEqualTo(MigrateAtStart.CHECK);
        Map<String, String> wrong =
                Map.of("NEON_DATABASE_URL", URL, "MIGRATE_AT_START", "maybe", "INSTANCES", "0", "POOL_KEEP", "many");
        assertThat(catchThrowableOfType(ConfigurationMistakes.class, () -> file(path, wrong))
                        .getErrors())
                .containsExactlyInAnyOrder(
                        "database.migrateAtStart (set by MIGRATE_AT_START): must be one of false, true, check",
                        "database.instances (set by INSTANCES): must be at least 1",
                        "database.pooled.keep (set by POOL_KEEP): must be a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.1.2.3", "192.0.2.1", "name.invalid", "8.8.8.8"})
    void anAdminPortThatOtherMachinesReachNeedsAToken(String host) throws Exception {
        Map<String, String> open = Map.of("ADMIN_HOST", host);
        assertThat(catchThrowableOfType(ConfigurationMistakes.class, () -> file("config.yml", open))
                        .getErrors())
                .singleElement()
                .asString()
                .startsWith("server.adminConnectors[0].bindHost (set by ADMIN_HOST): lets other machines reach")
                .contains("set ADMIN_TOKEN")
                .contains("ADMIN_HOST to 127.0.0.1");
        assertThat(file("config.yml", Map.of("ADMIN_HOST", host, "ADMIN_TOKEN", "token"))
                        .adminToken())
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1", "127.1.2.3", "::1", "localhost"})
    void anAdminPortThatOnlyThisMachineReachesNeedsNoToken(String host) throws Exception {
        assertThat(file("config.yml", Map.of("ADMIN_HOST", host)).adminToken()).isEmpty();
    }

    /** Without an address it listens on all of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "server: {adminConnectors: [{type: http, port: 0}]}",
                "server: {adminConnectors: [{type: http, bindHost: 127.0.0.1}, {type: http, bindHost: 0.0.0.0}]}",
                "server: {rootPath: /api}"
            })
    void eachAdminConnectorThatOtherMachinesReachNeedsAToken(String text) {
        assertThat(mistakesOf(text, Map.of())).hasMessageContaining("lets other machines reach the admin pages");
    }

    /** As one that is commented out leaves it. */
    @Test
    void aListOfAdminConnectorsThatIsEmptyIsAMistakeLikeAnyOther() {
        assertThat(mistakesOf("{server: {adminConnectors: }, adminHosts: '*'}", Map.of()))
                .hasMessageContaining("server.adminConnectors")
                .hasMessageContaining("adminHosts: must be names or addresses");
    }

    @Test
    void adminHostsAreATextOrAList() throws Exception {
        assertThat(yaml("adminHosts: [a.example, 'b.example,[fd00::1]', '']", Map.of())
                        .adminHosts())
                .containsExactly("a.example", "b.example", "[fd00::1]");
        for (String wrong : new String[] {"'*'", "https://a.example", "a.example:8081", "[a.example, b/c]"}) {
            assertThat(mistakesOf("adminHosts: " + wrong, Map.of()))
                    .as(wrong)
                    .hasMessageContaining("adminHosts: must be names or addresses");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.yml", "config-serverless.yml"})
    void theCorsOriginsAreReadFromTheEnvironment(String name) throws Exception {
        Map<String, String> environment = Map.of(
                "NEON_DATABASE_URL", URL,
                "CORS_ORIGINS", "https://App.example.com, http://localhost:5173",
                "CORS_CREDENTIALS", "true");
        assertThat(file(name, environment).http().cors())
                .isEqualTo(new CorsSettings(List.of("https://app.example.com", "http://localhost:5173"), true));
        assertThat(file(name, Map.of("NEON_DATABASE_URL", URL)).http().cors()).isEqualTo(CorsSettings.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "origins: https://geheim.example/        | cors.origins[0]: has a path; an origin ends with its host or port",
                "origins: [https://a.example, https://geheim.example/x] | cors.origins[1]: has a path",
                "origins: https://geheim.example:443     | cors.origins[0]: has the port 443, which browsers leave out",
                "origins: http://geheim.example:80       | cors.origins[0]: has the port 80, which browsers leave out",
                "origins: geheim.example                 | cors.origins[0]: must be an origin: scheme, host and port",
                "origins: https://a:geheim@b.example     | cors.origins[0]: must be an origin: scheme, host and port",
                "origins: https://bücher.example         | cors.origins[0]: must be an origin: scheme, host and port",
                "origins: https://*.geheim.example       | cors.origins[0]: has a * in it",
                "origins: 'null'                         | cors.origins[0]: is what any page can have as its origin",
                "origins: ['*', https://geheim.example]  | cors.origins: has * beside others",
                "origins: '*', credentials: true         | cors.credentials: must not be true for the origins *"
            })
    void anInvalidCorsSettingIsAMistake(String cors, String mistake) {
        assertThat(mistakesOf("{cors: {" + cors + "}}", Map.of()))
                .hasMessageContaining(mistake)
                .hasMessageNotContaining("geheim");
    }

    @Test
    void drainTimeIsTheOldNameOfDrainTimeout() throws Exception {
        assertThat(yaml("drainTimeout: 20s\nquietPeriod: 2s", Map.of()).http().drain())
                .isEqualTo(new DrainSettings(java.time.Duration.ofSeconds(20), java.time.Duration.ofSeconds(2), false));
        assertThat(yaml("drainTime: 8s", Map.of()).http().drain())
                .isEqualTo(new DrainSettings(java.time.Duration.ofSeconds(8), java.time.Duration.ofSeconds(1), true));
        assertThat(mistakesOf("drainTime: 8s\ndrainTimeout: 20s", Map.of()))
                .hasMessageContaining(
                        "drainTime: is the old name of drainTimeout, which is there too; leave it out, and set");
        assertThat(mistakesOf("drainTime: 6m\nquietPeriod: 2m", Map.of()))
                .hasMessageContaining("drainTime: must be at most 5m")
                .hasMessageContaining("quietPeriod: must be at most 1m");
    }

    @Test
    void theSettingsOfTheComputeAndOfTracingAreChecked() throws Exception {
        assertThat(yaml("database: {compute: {suspendAfter: 10m, units: 0.5}}", Map.of())
                        .database()
                        .compute())
                .isEqualTo(new ComputeSettings(Duration.minutes(10), 0.5));
        assertThat(mistakesOf(
                        "database: {compute: {suspendAfter: 1s, units: 0.1}}\ntracingEndpoint: localhost:4318",
                        Map.of()))
                .hasMessageContaining("database.compute.suspendAfter: must be at least 1m")
                .hasMessageContaining("database.compute.units: must be at least 0.25")
                .hasMessageContaining(
                        "tracingEndpoint: must be the URL of an OTLP receiver, such as http://localhost:4318");
    }

    @Test
    void theServerlessFileServesEverythingOnOnePort() throws Exception {
        KetoMealPlanConfiguration configuration =
                file("config-serverless.yml", Map.of("NEON_DATABASE_URL", URL, "PORT", "9000"));

        assertThat(configuration.deployment().serverless()).isTrue();
        assertThat(configuration.database().strategy()).isEqualTo(PoolingStrategy.PER_REQUEST);
        SimpleServerFactory server = (SimpleServerFactory) configuration.getServerFactory();
        assertThat(server.getAdminContextPath()).isEqualTo("/admin");
        assertThat(((HttpConnectorFactory) server.getConnector()).getPort()).isEqualTo(9000);
    }

    @ParameterizedTest
    @CsvSource({
        "development, false, auto, POOLED",
        "development, true, auto, PER_REQUEST",
        "production, false, auto, PER_REQUEST",
        "production, true, auto, PER_REQUEST",
        "production, true, pooled, POOLED",
        "development, false, per_request, PER_REQUEST"
    })
    void thePoolingStrategyIsSetOrDependsOnTheDeployment(
            String env, String serverless, String pooling, PoolingStrategy expected) throws Exception {
        assertThat(file(
                                "config.yml",
                                Map.of(
                                        "NEON_DATABASE_URL", URL,
                                        "ENV", env,
                                        "SERVERLESS", serverless,
                                        "POOLING", pooling))
                        .database()
                        .strategy())
                .isEqualTo(expected);
    }

    @Test
    void everySettingOfTheDatabaseCanBeSet() throws Exception {
        KetoMealPlanConfiguration configuration = yaml("""
                database:
                  url: postgresql://u@localhost/db
                  pooledEndpoint: true
                  pooling: pooled
                  healthMode: passive
                  applicationName: name
                  connect: {tcpTimeout: 1s, tlsTimeout: 2s, loginTimeout: 3s}
                  maxWaitForConnection: 2s
                  pooled: {keep: 1, overflow: 2, overflowIdleTime: 5s, maxConnectionAge: 3m}
                  perRequest: {maxConnections: 4}
                  unitOfWork: {deadline: 1s, deadlineOutsideRequests: 6s, wakeBudget: 2s, idleInTransactionTimeout: 3s,
                               idempotencyKeyLifetime: 4s, maxStoredAnswer: 5KiB}
                  migrateAtStart: true
                  connectAtStart: true
                  instances: 7
                  embeddedDirectory: /somewhere
                """, Map.of());

        assertThat(configuration.database().pooledEndpoint()).isTrue();
        assertThat(configuration.database().healthMode()).isEqualTo(HealthMode.PASSIVE);
        assertThat(configuration.database().connect())
                .isEqualTo(new ConnectSettings(Duration.seconds(1), Duration.seconds(2), Duration.seconds(3)));
        assertThat(configuration.database().pooled().keep()).isEqualTo(1);
        assertThat(configuration.database().pooled().overflow()).isEqualTo(2);
        assertThat(configuration.database().pooled().overflowIdleTime()).isEqualTo(Duration.seconds(5));
        assertThat(configuration.database().pooled().maxConnectionAge()).isEqualTo(Duration.minutes(3));
        assertThat(configuration.database().perRequest().maxConnections()).isEqualTo(4);
        assertThat(configuration.database().unitOfWork())
                .isEqualTo(new UnitOfWorkSettings(
                        Duration.seconds(1),
                        Duration.seconds(6),
                        Duration.seconds(2),
                        Duration.seconds(3),
                        Duration.seconds(4),
                        DataSize.kibibytes(5)));
        assertThat(configuration.database().maxWaitForConnection()).isEqualTo(Duration.seconds(2));
        assertThat(configuration.database().migrateAtStart()).isEqualTo(MigrateAtStart.TRUE);
        assertThat(configuration.database().connectAtStart()).isTrue();
        assertThat(configuration.database().instances()).isEqualTo(7);
        assertThat(configuration.database().embeddedDirectory()).isEqualTo(Path.of("/somewhere"));
    }

    @Test
    void allMistakesAreReportedAtOnce() {
        ConfigurationMistakes mistakes = mistakesOf(
                """
                environment: ${ENV}
                serverless: maybe
                databse: {}
                database:
                  url: ${NEON_DATABASE_URL}
                  pooling: ${POOLING}
                  maxWaitForConnection: 3 parsecs
                  pooled: {keep: 0, overfow: 3}
                server:
                  applicationConnectors:
                    - {type: http, port: "${PORT}"}
                """,
                Map.of(
                        "ENV", "prod",
                        "POOLING", "poled",
                        "PORT", "geheim",
                        "NEON_DATABASE_URL", "postgresql://u:geheim@db.example.com:0/db?sslmode=disable"));

        assertThat(mistakes.getErrors())
                .satisfiesExactlyInAnyOrder(
                        m -> assertThat(m)
                                .isEqualTo("environment (set by ENV): must be one of development, production"),
                        m -> assertThat(m).isEqualTo("serverless: must be true or false"),
                        m -> assertThat(m).isEqualTo("databse: is not a setting; did you mean database?"),
                        m -> assertThat(m).startsWith("database.url (set by NEON_DATABASE_URL): has a port"),
                        m -> assertThat(m).contains("asks for sslmode=disable").contains("write sslmode=require"),
                        m -> assertThat(m)
                                .isEqualTo(
                                        "database.pooling (set by POOLING): must be one of auto, pooled, per_request"),
                        m -> assertThat(m).startsWith("database.maxWaitForConnection: must be a duration"),
                        m -> assertThat(m).startsWith("database.pooled.keep: must be at least 1"),
                        m -> assertThat(m)
                                .isEqualTo("database.pooled.overfow: is not a setting; did you mean overflow?"),
                        m -> assertThat(m)
                                .isEqualTo("server.applicationConnectors[0].port (set by PORT): must be a number"),
                        m -> assertThat(m).startsWith("server.adminConnectors[0].bindHost: lets other machines reach"));
        assertThat(mistakes).hasNoCause().hasMessageNotContaining("geheim");
        assertThat(mistakes.getStackTrace()).isEmpty();
        assertThat(mistakes.toString()).doesNotContain("geheim").doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server: {type: serverles}",
                "logging: {type: fancy}",
                "logging: {level: LOUD}",
                "logging: {loggers: {a.b: LOUD}}",
                "logging: {loggers: {a.b: {level: LOUD}}}",
                "database: {pooling: POOLED}",
                "database: {pooled: 5}",
                "database: {properties: {a: b}}",
                "database: {autoCommentsEnabled: false}",
                "database: {perRequest: {minSize: 5}}",
                "database: {perRequest: {maxConnections: 0}}",
                "database: {maxWaitForConnection: 0s}",
                "database: {pooled: {keep: 5.7}}",
                "{environment: production, environment: development}",
                "environment: ${NOT_SET}",
                "",
                "just text",
                "a: [",
                "a: 'geheim"
            })
    void aWrongSettingIsAMistake(String text) {
        assertThat(mistakesOf(text, Map.of())).isNotNull().hasMessageNotContaining("geheim");
    }

    @ParameterizedTest
    @CsvSource({"production, false", "development, true", "production, true"})
    void theEmbeddedDatabaseIsForDevelopmentOnly(String env, String serverless) {
        assertThat(mistakesOf("{environment: %s, serverless: %s}".formatted(env, serverless), Map.of()))
                .hasMessageContaining("database.url: is missing")
                .hasMessageContaining("set NEON_DATABASE_URL");
    }

    @Test
    void aMissingConfigurationFileIsAMistake() {
        assertThat(catchThrowableOfType(ConfigurationMistakes.class, () -> file("nowhere.yml", Map.of())))
                .hasMessage("nowhere.yml cannot be read, because it does not exist; is the path right?");
    }

    @Test
    void aDirectoryAsConfigurationFileIsAMistake() {
        assertThat(catchThrowableOfType(ConfigurationMistakes.class, () -> file("src", Map.of())))
                .hasMessageContaining("is a directory; name the file in it");
    }

    /** Also in a block that the file does not have, in an entry of a list, and for a path that the file cannot have. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "database.pooling | geheim | database.pooling (set by -Ddw-test.database.pooling): must be one of auto,",
                "databse.pooling | geheim | databse (set by -Ddw-test.databse.pooling): is not a setting; did you mean",
                "adminHosts[1] | a/geheim | adminHosts: must be names or addresses",
                "adminHosts[7] | geheim | adminHosts[7] (set by -Ddw-test.adminHosts[7]): has no such place in the file",
                "drainTime.x | geheim | drainTime.x (set by -Ddw-test.drainTime.x): has no such place in the file"
            })
    void aMistakeInASystemPropertyNamesTheProperty(String name, String value, String mistake) {
        String text = "{drainTime: 2s, adminHosts: [a, b], database: {pooling: '${POOLING:-auto}'}}";
        System.setProperty("dw-test." + name, value);
        try {
            ConfigurationMistakes mistakes = mistakesOf(text, Map.of("POOLING", "pooled"));
            assertThat(mistakes.getErrors()).singleElement().asString().startsWith(mistake);
            assertThat(mistakes)
                    .hasMessageStartingWith("test.yml, overridden by -Ddw-test." + name + ", has an error")
                    .hasMessageNotContaining("geheim");
        } finally {
            System.clearProperty("dw-test." + name);
        }
    }

    @Test
    void aSystemPropertyOverridesTheFileAndTheEnvironment() throws Exception {
        System.setProperty("dw-test.database.pooling", "per_request");
        try {
            assertThat(file("config.yml", Map.of("POOLING", "pooled"))
                            .database()
                            .strategy())
                    .isEqualTo(PoolingStrategy.PER_REQUEST);
        } finally {
            System.clearProperty("dw-test.database.pooling");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=verify-full&sslrootcert=pom.xml, sslrootcert that holds no certificate",
        "sslmode=verify-full&sslrootcert=geheim, sslrootcert that does not exist",
        "sslmode=verify-ca&sslrootcert=src, sslrootcert that is a directory",
        "sslmode=require&sslrootcert=geheim, sslrootcert that does not exist",
        "sslrootcert=geheim, sslrootcert that does not exist",
        "sslcert=pom.xml, sslcert that holds no certificate",
        "sslkey=geheim, sslkey that does not exist"
    })
    void aCertificateFileOfTheUrlIsCheckedWithTheConfiguration(String parameters, String problem) {
        String url = "postgresql://u:geheim@db.example.com/db?" + parameters;
        assertThat(mistakesOf("database: {url: '${NEON_DATABASE_URL}'}", Map.of("NEON_DATABASE_URL", url))
                        .getErrors())
                .singleElement()
                .asString()
                .startsWith("database.url (set by NEON_DATABASE_URL): names a file as " + problem)
                .doesNotContain("geheim");
    }

    @Test
    void theUrlMayBeInAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("url"), URL + "\n");
        Map<String, String> environment = Map.of("NEON_DATABASE_URL_FILE", file.toString(), "ENV", "production");

        for (String shipped : new String[] {"config.yml", "config-serverless.yml"}) {
            KetoMealPlanConfiguration configuration = file(shipped, environment);

            assertThat(configuration.database().getUrl()).isEqualTo("jdbc:postgresql://db.example.com:5432/db");
            assertThat(configuration.effective().values())
                    .containsEntry("database.urlFile", "***")
                    .doesNotContainValue(file.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | names a file that is empty; write the database's URL into it",
                "postgresql://db.example.com/geheim | names a file whose URL names no user; write",
                "postgresql://u:geheim@db.example.com/db?sslrootcert=geheim&sslmode=verify-ca | names a file as sslrootcert"
            })
    void aFileWithoutAUsableUrlIsAMistake(String content, String problem, @TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("url"), content);

        assertThat(mistakesOf(
                                "database: {urlFile: '${NEON_DATABASE_URL_FILE}'}",
                                Map.of("NEON_DATABASE_URL_FILE", file.toString()))
                        .getErrors())
                .singleElement()
                .asString()
                .startsWith("database.urlFile (set by NEON_DATABASE_URL_FILE): " + problem)
                .doesNotContain("geheim")
                .doesNotContain(directory.toString());
    }

    @Test
    void urlAndUrlFileTogetherAreAMistake() {
        assertThat(mistakesOf("database: {url: '%s', urlFile: /geheim}".formatted(URL), Map.of())
                        .getErrors())
                .containsExactly(
                        "database.urlFile: is set beside url, and both name a database; leave one of them out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p\"w", "p#w: x", "p\nw", "${HOME}", "$${x}", "p\\w", "'", "{[*&!|>%@`"})
    void aValueOfTheEnvironmentIsNotParsedAsYaml(String token) throws Exception {
        assertThat(yaml("adminToken: ${ADMIN_TOKEN:-}", Map.of("ADMIN_TOKEN", token, "HOME", "/root"))
                        .adminToken())
                .contains(new Secret(token));
    }

    @Test
    void anEmptyVariableCountsAsUnset() throws Exception {
        assertThat(file("config.yml", Map.of("ENV", "", "PORT", "", "SERVERLESS", "", "POOLING", ""))
                        .deployment())
                .isEqualTo(new Deployment(Stage.DEVELOPMENT, false));
    }
}
