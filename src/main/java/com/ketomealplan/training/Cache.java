package com.ketomealplan.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/**
 * What a training leaves for one jar and one version of the JDK, beside the jar. From 25 on it is an AOT cache: classes as they are when
 * linked, and profiles of methods. Before that it is a class-data archive.
 *
 * <p>Beside the cache is a note of what it was made of, which the launcher compares: the JVM looks at the jar by itself, but JDK 25.0.0 to
 * 25.0.3 do not (JDK-8377932), and would run classes that the jar no longer has.
 *
 * @param jar what is started, by its real path
 * @param version the JDK's, such as 25
 */
record Cache(Path jar, int version) {

    private static final int FIRST_WITH_PROFILES = 25;

    Cache {
        jar = jar.toAbsolutePath();
    }

    /** {@code keto-meal-plan-api-25.aot} */
    Path file() {
        String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        return jar.resolveSibling(name + "-" + version + (hasProfiles() ? ".aot" : ".jsa"));
    }

    private boolean hasProfiles() {
        return version >= FIRST_WITH_PROFILES;
    }

    /** What of the jar and the JDK has to be the same. */
    Path note() {
        return file().resolveSibling(file().getFileName() + ".of");
    }

    /** Where a JVM writes it, until it is whole. */
    Path draft() {
        return file().resolveSibling(file().getFileName() + ".draft");
    }

    /** Has a JVM write the draft at its end. */
    String writing() {
        return (hasProfiles() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + draft();
    }

    /** Size and time of the jar, as the launcher compares them, then the JDK, for people. */
    static String noteOf(Path jar, String jdk) throws IOException {
        return "%d %d %s%n"
                .formatted(Files.size(jar), Files.getLastModifiedTime(jar).to(TimeUnit.SECONDS), jdk);
    }

    /** The JDK that a note names. */
    static String jdkIn(String note) {
        String[] parts = note.strip().split(" ", 3);
        return parts.length < 3 ? "another one" : parts[2];
    }

    /** Nothing that is half there is used: without its note no cache is. */
    void publish(String note) throws IOException {
        Files.deleteIfExists(note());
        Files.move(draft(), file(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Path written = note().resolveSibling(note().getFileName() + ".draft");
        Files.writeString(written, note);
        Files.move(written, note(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    void discardDraft() throws IOException {
        Files.deleteIfExists(draft());
        Files.deleteIfExists(draft().resolveSibling(draft().getFileName() + ".config"));
    }
}
