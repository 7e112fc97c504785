package com.ketomealplan.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.config.ConfigurationMistakes;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.sourceforge.argparse4j.inf.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service from which a JVM would learn nothing of use leaves no cache. */
class TrainCommandTest {

    private static final String HEALTHY = "healthy";

    @TempDir
    Path directory;

    @TempDir
    Path configurations;

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    /** A service of the test's own, which fails at everything; only at its health, if its configuration says so, it does not. */
    public static final class Failing {

        private Failing() {}

        public static void main(String[] arguments) throws IOException {
            for (String port : List.of("PORT", "ADMIN_PORT")) {
                serve(Integer.parseInt(System.getenv(port)), arguments[1].endsWith(HEALTHY));
            }
        }

        private static void serve(int port, boolean healthy) throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.setExecutor(Executors.newCachedThreadPool());
            server.createContext("/", exchange -> {
                byte[] body = "it is broken".getBytes(StandardCharsets.UTF_8);
                exchange.getRequestBody().readAllBytes();
                boolean ok = healthy && exchange.getRequestURI().getPath().equals("/health");
                exchange.sendResponseHeaders(ok ? 200 : 500, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }
    }

    private void train(String name) throws Exception {
        train(name, "${NEON_DATABASE_URL:-}", Map.of());
    }

    private void train(String name, String url, Map<String, String> options) throws Exception {
        train(jar(directory.resolve("service.jar")), name, url, options);
    }

    private void train(Path jar, String name, String url, Map<String, String> options) throws Exception {
        String configuration = Files.writeString(configurations.resolve(name), "database: {url: '" + url + "'}")
                .toString();
        Map<String, String> environment = new HashMap<>(options);
        environment.put(TrainingDatabase.VARIABLE, "postgresql://nobody@127.0.0.1/none");
        TrainCommand command = new TrainCommand(new PrintStream(told, false, StandardCharsets.UTF_8), environment);
        command.run(null, new Namespace(Map.of("jar", jar.toString(), "rounds", 60, "file", configuration)));
    }

    private static Path jar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, Failing.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Failing.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString());
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    @Test
    void aServiceThatAnswersWithErrorsIsNoTraining() throws Exception {
        assertThatThrownBy(() -> train(HEALTHY))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching(
                        "train: the service has answered \\d+ of \\d+ requests with errors, the first one: 500 to \\w+ /\\S*,"
                                + " with the body: it is broken");

        assertThat(directory).isDirectoryContaining("glob:**/service.jar");
        assertThat(Files.list(directory)).hasSize(1);
    }

    @Test
    void aServiceThatDoesNotSayHowItIsIsNone() throws Exception {
        assertThatThrownBy(() -> train("broken"))
                .isInstanceOf(TrainingException.class)
                .hasMessage(
                        "train: the service does not say how it is: 500 to GET /health, with the body: it is broken");

        assertThat(Files.list(directory)).hasSize(1);
    }

    /** The training writes to its database, and migrates it. */
    @Test
    void aServiceOnADatabaseOfItsOwnIsNotTrained() {
        assertThatThrownBy(() -> train(HEALTHY, "postgresql://app@db.example.com/shop", Map.of()))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("NEON_DATABASE_URL")
                .hasMessageNotContaining("shop");
    }

    @ParameterizedTest
    @CsvSource({
        "JAVA_TOOL_OPTIONS, -Xmx1g -Ddw.database.url=postgresql://db/shop",
        "_JAVA_OPTIONS, -Ddw.database.url=postgresql://db/shop",
        "JAVA_TOOL_OPTIONS, -XX:VMOptionsFile=options",
        "JDK_JAVA_OPTIONS, -Xmx1g @options",
        "JDK_JAVA_OPTIONS, \"@my options\""
    })
    void noOptionOfTheJvmNamesAnotherDatabase(String variable, String options) {
        assertThatThrownBy(() -> train(HEALTHY, "${NEON_DATABASE_URL}", Map.of(variable, options)))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("train: " + variable + " may set database.url")
                .hasMessageNotContaining("shop");
    }

    @Test
    void aFileThatDoesNotExistIsAMistakeOfTheCommandLine() throws Exception {
        Path jar = jar(directory.resolve("service.jar"));
        TrainCommand command = new TrainCommand(new PrintStream(told, false, StandardCharsets.UTF_8), Map.of());

        for (Map<String, Object> arguments : List.<Map<String, Object>>of(
                Map.of("jar", jar.toString(), "rounds", 60, "file", "nowhere.yml"),
                Map.of("jar", "nowhere.jar", "rounds", 60, "file", "config.yml"))) {
            assertThatThrownBy(() -> command.run(null, new Namespace(arguments)))
                    .isInstanceOfSatisfying(
                            ConfigurationMistakes.class,
                            mistake -> assertThat(mistake.isOfTheCommandLine()).isTrue())
                    .hasMessageMatching(
                            "nowhere\\.\\w+ cannot be read, because it does not exist; is the path right\\?");
        }
    }

    /** What a launcher beside it starts is the link. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLinkToAJarIsTrainedByItsOwnName(boolean besideTheLauncher) throws Exception {
        Path link = Files.createSymbolicLink(
                directory.toRealPath().resolve("link.jar"), Path.of("releases").resolve("service-1.2.jar"));
        Path target = jar(Files.createDirectory(directory.toRealPath().resolve("releases"))
                .resolve("service-1.2.jar"));
        if (besideTheLauncher) {
            Files.createFile(directory.resolve("keto-meal-plan-api"));
        }

        assertThatThrownBy(() -> train(link, "broken", "${NEON_DATABASE_URL:-}", Map.of()))
                .isInstanceOf(TrainingException.class);

        assertThat(told.toString(StandardCharsets.UTF_8))
                .startsWith("Training " + (besideTheLauncher ? link : target) + " on JDK ");
    }
}
