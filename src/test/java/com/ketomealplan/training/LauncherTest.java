package com.ketomealplan.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line that the launcher makes, read from a JDK that prints it. {@code ServesTrainedTest} has it start the service. */
class LauncherTest {

    private static final Path LAUNCHER = Path.of("src/main/launcher/keto-meal-plan-api");

    @TempDir
    Path directory;

    private Path house;

    @BeforeEach
    void install() throws Exception {
        house = Files.createDirectories(directory.toRealPath().resolve("a house"));
        Files.copy(LAUNCHER, house.resolve("keto-meal-plan-api"));
        house.resolve("keto-meal-plan-api").toFile().setExecutable(true);
        Files.writeString(house.resolve("keto-meal-plan-api.jar"), "classes");
        Files.writeString(house.resolve("keto-meal-plan-api-25.aot"), "cache");
        Files.writeString(
                house.resolve("keto-meal-plan-api-25.aot.of"),
                Cache.noteOf(house.resolve("keto-meal-plan-api.jar"), "25.0.3+9"));

        Path jdk = Files.createDirectories(directory.resolve("jdk").resolve("bin"));
        Files.writeString(directory.resolve("jdk").resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
        Files.writeString(
                Files.createFile(
                        jdk.resolve("java"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))),
                "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    }

    private List<String> options(Path launcher, Map<String, String> variables, String command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(launcher.toString(), command, "config.yml")
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "JAVA_OPTS"));
        builder.environment().putAll(variables);
        builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
        Process process = builder.start();
        List<String> words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as("%s", words).isZero();
        assertThat(words).endsWith(command, "config.yml");
        return words;
    }

    private List<String> options(Map<String, String> variables, String command) throws Exception {
        return options(house.resolve("keto-meal-plan-api"), variables, command);
    }

    @Test
    void aServiceIsStartedFromItsCache() throws Exception {
        assertThat(options(Map.of("JAVA_OPTS", "-Xmx1g"), "server"))
                .contains("-XX:AOTCache=" + house.resolve("keto-meal-plan-api-25.aot"), "-Xmx1g")
                .containsSequence(
                        "-jar", house.resolve("keto-meal-plan-api.jar").toString());
    }

    /** A JVM of JDK 25 exits if it is given these and a cache. */
    @ParameterizedTest
    @CsvSource({
        "JAVA_OPTS, -Xshare:off",
        "JAVA_TOOL_OPTIONS, -Xshare:auto",
        "JDK_JAVA_OPTIONS, -Xmx1g -XX:SharedArchiveFile=other.jsa",
        "_JAVA_OPTIONS, -XX:AOTMode=off",
        "JDK_JAVA_OPTIONS, '\"-Xshare:off\"'",
        "JDK_JAVA_OPTIONS, @options",
        "JAVA_TOOL_OPTIONS, -XX:VMOptionsFile=options"
    })
    void whoSaysWhichClassesAreSharedHasNoCache(String variable, String options) throws Exception {
        assertThat(options(Map.of(variable, options), "server"))
                .noneMatch(option -> option.startsWith("-XX:AOTCache"))
                .contains("-Dtraining.cache=")
                .anyMatch(option -> option.startsWith("-Dtraining.problem=an option of the JVM says"));
    }

    /** A JVM that is told of two exits. */
    @ParameterizedTest
    @ValueSource(strings = {"JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
    void aCollectorIsChosenOnce(String variable) throws Exception {
        String serial = "-XX:+UseSerialGC";

        assertThat(options(Map.of(variable, "-Xmx1g"), "check")).contains(serial);
        for (String blank : List.of(" ", "\t", "\n")) {
            String chosen = blank + "-XX:+UseParallelGC" + blank + "-Xmx1g" + blank;
            assertThat(options(Map.of(variable, chosen), "check")).doesNotContain(serial);
        }
        assertThat(options(Map.of(variable, "\"-XX:+UseParallelGC\""), "check")).doesNotContain(serial);
    }

    @Test
    void aLinkToTheLauncherIsFollowed() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("keto"), house.resolve("keto-meal-plan-api"));

        assertThat(options(link, Map.of(), "server"))
                .containsSequence(
                        "-jar", house.resolve("keto-meal-plan-api.jar").toString());
    }
}
