package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher starts the service from what it was trained, wherever it is called from; and where that does not fit, the service starts
 * as it does without, and says why.
 */
@Tag("campaign-only")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesTrainedTest {

    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path CONFIG = Path.of("config.yml").toAbsolutePath();
    private static final String JAR = "keto-meal-plan-api.jar";
    private static final String LAUNCHER = "keto-meal-plan-api";
    private static final String JAVA_HOME = System.getProperty("java.home");

    private final TestDatabase database = TestDatabase.migrated();

    private Path directory;
    private Path house;

    @BeforeAll
    void train(@TempDir Path made) throws Exception {
        directory = made.toRealPath();
        house = Files.createDirectory(directory.resolve("a house with $paces"));
        Files.copy(TARGET.resolve(JAR), house.resolve(JAR));
        Files.copy(TARGET.resolve(LAUNCHER), house.resolve(LAUNCHER), StandardCopyOption.COPY_ATTRIBUTES);
        Path log = directory.resolve("train.log");
        Process training = new ProcessBuilder(
                        Path.of(JAVA_HOME, "bin", "java").toString(),
                        "-jar",
                        house.resolve(JAR).toString(),
                        "train",
                        "--rounds",
                        "2",
                        CONFIG.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();

        assertThat(training.waitFor()).as(Files.readString(log)).isZero();
        assertThat(Files.list(house).map(file -> file.getFileName().toString()))
                .as("the jar, the launcher, the cache, and what it is of")
                .hasSize(4)
                .noneMatch(name -> name.contains("draft"));
    }

    private ServiceProcess start(Path from, Path launcher, Map<String, String> options) throws IOException {
        Map<String, String> environment = new HashMap<>(options);
        environment.put("JAVA_HOME", JAVA_HOME);
        environment.put("PORT", FreePort.text());
        environment.put("ADMIN_PORT", FreePort.text());
        environment.put("NEON_DATABASE_URL", database.url());
        return ServiceProcess.start(from, List.of(launcher.toString(), "server", CONFIG.toString()), environment)
                .awaitHealthy();
    }

    /** Starts it, waits for its words about that, and stops it. */
    private String words(Path from, Path launcher, Map<String, String> options) throws IOException {
        try (ServiceProcess service = start(from, launcher, options)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> service.output().contains("StartReport"));
            assertThat(service.output()).doesNotContain("[error]", "[warning]");
            return service.output()
                    .lines()
                    .filter(line -> line.contains("StartReport"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** By a signal, as where a build is cancelled: neither the service nor its database, nor a file. */
    @Test
    void nothingIsLeftOfATrainingThatIsEnded() throws Exception {
        Path yard = Files.createDirectory(directory.resolve("yard"));
        Path temporary = Files.createDirectory(directory.resolve("temporary"));
        Files.copy(TARGET.resolve(JAR), yard.resolve(JAR));
        Process training = new ProcessBuilder(
                        Path.of(JAVA_HOME, "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-jar",
                        yard.resolve(JAR).toString(),
                        "train",
                        CONFIG.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("ended.log").toFile())
                .start();
        await().atMost(Duration.ofMinutes(2)).until(() -> training.descendants().anyMatch(serves("server")));
        assertThat(ProcessHandle.allProcesses().anyMatch(serves(temporary.toString())))
                .as("its database")
                .isTrue();

        training.destroy();

        assertThat(training.waitFor(2, TimeUnit.MINUTES)).isTrue();
        await().atMost(Duration.ofMinutes(1)).until(() -> ProcessHandle.allProcesses()
                .noneMatch(serves(yard.toString()).or(serves(temporary.toString()))));
        assertThat(Files.walk(temporary)).noneMatch(Files::isRegularFile);
        assertThat(Files.list(yard)).containsExactly(yard.resolve(JAR));
    }

    private static Predicate<ProcessHandle> serves(String word) {
        return process -> process.info().commandLine().orElse("").contains(word);
    }

    @Test
    void itsOwnDirectoryIsNoMatter() throws Exception {
        assertThat(words(house, Path.of("./" + LAUNCHER), Map.of()))
                .startsWith("INFO")
                .contains("Started from " + house);
        assertThat(words(Path.of("/"), house.resolve(LAUNCHER), Map.of())).contains("Started from " + house);
    }

    @Test
    void aSymbolicLinkIsFollowed() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("usr").resolve("bin"));
        Path link = Files.createSymbolicLink(bin.resolve("keto"), Path.of("../../" + house.getFileName(), LAUNCHER));

        assertThat(words(bin, link, Map.of("JAVA_OPTS", "-Xmx200m -Xss1m")))
                .startsWith("INFO")
                .contains("Started from " + house);
    }

    /** JDK 25.0.3 itself would run the old classes. */
    @Test
    void anotherJarIsNotStartedFromIt() throws Exception {
        Path jar = house.resolve(JAR);
        FileTime before = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(2)));
        try {
            assertThat(words(Path.of("/"), house.resolve(LAUNCHER), Map.of()))
                    .startsWith("WARN")
                    .contains("Started without " + house, JAR + " is not the one that it was trained with");
        } finally {
            Files.setLastModifiedTime(jar, before);
        }
    }

    @Test
    void whatTheJvmRefusesIsSaid() throws Exception {
        assertThat(words(Path.of("/"), house.resolve(LAUNCHER), Map.of("JAVA_OPTS", "-XX:+UseZGC")))
                .startsWith("WARN")
                .contains("Started without " + house, "the JVM has refused it");
    }

    @Test
    void aServiceThatWasNotTrainedStarts() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.copy(TARGET.resolve(JAR), elsewhere.resolve(JAR));
        Files.copy(TARGET.resolve(LAUNCHER), elsewhere.resolve(LAUNCHER), StandardCopyOption.COPY_ATTRIBUTES);

        assertThat(words(elsewhere, elsewhere.resolve(LAUNCHER), Map.of()))
                .startsWith("INFO")
                .contains("Started without training: there is no keto-meal-plan-api-");
    }
}
