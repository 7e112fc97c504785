package com.ketomealplan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Maven that runs these tests, once more. */
public final class Maven {

    private Maven() {}

    /**
     * Copies what the jar is made from into the directory, and packages it there with the same JDK, without tests. Not
     * offline, though there is nothing to fetch: the bill of materials would be left out.
     *
     * @param options such as {@code -Pslim}
     */
    public static Path packageCopy(Path directory, String... options) throws IOException, InterruptedException {
        copy(Path.of("pom.xml"), directory);
        copy(Path.of(".mvn"), directory);
        copy(Path.of("src", "main"), directory);
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-Dmaven.test.skip=true", "package"));
        run(directory, arguments.toArray(String[]::new));
        return directory;
    }

    /** Copies the client that is made from the API's document into the directory, makes it, and has its example ask the service. */
    public static String runClient(Path directory, String service) throws IOException, InterruptedException {
        Path client = Path.of("src", "test", "client");
        copy(client, directory);
        return run(
                directory.resolve(client),
                "-Ddocument=" + Path.of("target", "classes", "openapi.json").toAbsolutePath(),
                "-Dservice=" + service,
                "compile",
                "exec:java");
    }

    /** What it prints. */
    private static String run(Path directory, String... arguments) throws IOException, InterruptedException {
        Path log = directory.resolve("build.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(property("maven.home"), "bin", "mvn").toString(),
                "-B",
                "-Dmaven.repo.local=" + property("maven.repo.local")));
        command.addAll(List.of(arguments));
        ProcessBuilder maven = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        maven.environment().put("BUILD_COMMIT", commit()); // which the copy has no repository for
        maven.environment().keySet().removeAll(List.of("MAVEN_ARGS", "MAVEN_BASEDIR"));

        int exit = maven.start().waitFor();

        assertThat(exit).as(() -> read(log)).isZero();
        return read(log);
    }

    private static String commit() throws IOException {
        return Files.readString(Path.of("target", "classes", "META-INF", "commit"))
                .strip();
    }

    private static String property(String name) {
        assertThat(System.getProperty(name))
                .as("-D" + name + ", which Failsafe sets")
                .isNotNull();
        return System.getProperty(name);
    }

    private static void copy(Path source, Path directory) throws IOException {
        Files.createDirectories(directory.resolve(source).getParent());
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file));
            }
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
