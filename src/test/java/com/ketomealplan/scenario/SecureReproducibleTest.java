package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Maven;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who doubts that a jar was made from these sources builds them again, anywhere, and gets the same bytes. */
@Tag("campaign-only")
@Tag("any-jdk")
class SecureReproducibleTest {

    private static final Path JAR = Path.of("target", "keto-meal-plan-api.jar");

    @TempDir
    Path elsewhere;

    @Test
    void aSecondBuildInAnotherDirectoryMakesTheSameJar() throws Exception {
        Path again = Maven.packageCopy(elsewhere).resolve(JAR);

        assertThat(entries(again))
                .as("what is in it; was the first one built with `clean`?")
                .containsExactlyInAnyOrderElementsOf(entries(JAR));
        assertThat(sha256(Files.readAllBytes(again))).isEqualTo(sha256(Files.readAllBytes(JAR)));
    }

    /** One line each: a failure names those that differ, which the hash of the whole does not. */
    private static List<String> entries(Path path) throws Exception {
        List<String> entries = new ArrayList<>();
        try (JarFile jar = new JarFile(path.toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                byte[] content = jar.getInputStream(entry).readAllBytes();
                entries.add(entry.getName() + " " + entry.getTimeLocal() + " " + sha256(content));
            }
        }
        return entries;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
