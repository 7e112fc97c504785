package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The jar is without files that nothing in it reads: the filters of the POM. */
class ServesSmallJarTest {

    private static final Path JAR = Path.of("target", "keto-meal-plan-api.jar");

    /** Of the jar without what {@code -Pslim} leaves out: what it has, and room for the next versions of its libraries. */
    static final long AT_MOST_BYTES = 32_500_000;

    private static final Pattern OF_THE_EMBEDDED_DATABASE =
            Pattern.compile("postgres-.*\\.txz|(META-INF/versions/\\d+/)?(io/zonky|org/tukaani"
                    + "|org/apache/commons/(compress|codec))/.*");

    /** The two headers of an entry of a ZIP file, without its name, which is in both. */
    private static final long HEADERS_BYTES = 76;

    @Test
    void withoutPostgresItIsSmall() throws IOException {
        long bytes = 0;
        try (JarFile jar = new JarFile(JAR.toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                if (!OF_THE_EMBEDDED_DATABASE.matcher(entry.getName()).matches()) {
                    bytes += entry.getCompressedSize()
                            + HEADERS_BYTES
                            + 2L * entry.getName().length();
                }
            }
        }

        assertThat(bytes).isLessThan(AT_MOST_BYTES);
    }
}
