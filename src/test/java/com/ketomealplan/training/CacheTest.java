package com.ketomealplan.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.OtherLanguage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheTest {

    @TempDir
    Path directory;

    private Path jar;

    @BeforeEach
    void jar() throws Exception {
        jar = Files.writeString(directory.resolve("service.jar"), "a jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.ofEpochSecond(1_700_000_000, 999_000_000)));
    }

    @Test
    void eachVersionOfTheJdkHasACacheBesideTheJar() {
        assertThat(new Cache(jar, 17).file()).isEqualTo(directory.resolve("service-17.jsa"));
        assertThat(new Cache(jar, 24).option())
                .isEqualTo("-XX:ArchiveClassesAtExit=" + jar.resolveSibling("service-24.jsa.draft"));
        assertThat(new Cache(jar, 25).file()).isEqualTo(directory.resolve("service-25.aot"));
        assertThat(new Cache(jar, 25).option())
                .isEqualTo("-XX:AOTCacheOutput=" + jar.resolveSibling("service-25.aot.draft"));
    }

    @Test
    void theNoteIsAsTheLauncherReadsIt() throws Exception {
        String note = Cache.noteOf(jar, "25.0.3+9-LTS (a build)");

        assertThat(note.strip()).isEqualTo("5 1700000000 25.0.3+9-LTS (a build)");
        assertThat(Cache.jdkIn(note)).isEqualTo("25.0.3+9-LTS (a build)");
        assertThat(Cache.jdkIn("")).isEqualTo("another one");
    }

    /** Returns the note of a jar. */
    public static final class Noted implements UnaryOperator<String> {

        @Override
        public String apply(String jar) {
            try {
                return Cache.noteOf(Path.of(jar), "25");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The launcher knows no other digits than those of ASCII. */
    @Test
    void theNoteIsTheSameInALanguageWithOtherDigits() throws Exception {
        try (OtherLanguage persian = OtherLanguage.of(OtherLanguage.PERSIAN)) {
            assertThat(persian.apply(Noted.class, jar.toString()).strip()).isEqualTo("5 1700000000 25");
        }
    }

    @Test
    void aCacheIsReplacedByACompleteOneOnly() throws Exception {
        Cache cache = new Cache(jar, 25);
        Files.writeString(cache.draft(), "old");
        cache.publish("5 1 25\n");
        Files.writeString(cache.draft(), "new");
        cache.publish("5 2 25\n");

        assertThat(cache.file()).hasContent("new");
        assertThat(cache.note()).hasContent("5 2 25");
        assertThat(cache.draft()).doesNotExist();

        assertThatThrownBy(() -> cache.publish("5 3 25\n")).isInstanceOf(NoSuchFileException.class);
        assertThat(cache.note()).doesNotExist(); // so that the launcher uses none
    }
}
