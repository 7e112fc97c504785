package com.ketomealplan.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/**
 * The cache that a training makes for one jar and one version of the JDK, beside the jar. From JDK 25 on it is an AOT cache, with linked
 * classes and profiles of methods. Before that it is a class-data archive.
 *
 * <p>A note beside the cache says which jar it was made from, which the launcher compares. The JVM compares it too, but JDK 25.0.0 to 25.0.3
 * do not (JDK-8377932), and would run classes that the jar no longer has.
 *
 * @param jar the real path of the jar
 * @param version the feature version of the JDK, such as 25
 */
record Cache(Path jar, int version) {

    private static final int FIRST_WITH_AOT_CACHE = 25;

    Cache {
        jar = jar.toAbsolutePath();
    }

    /** Returns the file of the cache, such as {@code keto-meal-plan-api-25.aot}. */
    Path file() {
        String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        return jar.resolveSibling(name + "-" + version + (isAotCache() ? ".aot" : ".jsa"));
    }

    private boolean isAotCache() {
        return version >= FIRST_WITH_AOT_CACHE;
    }

    /** Returns the file of the note. */
    Path note() {
        return file().resolveSibling(file().getFileName() + ".of");
    }

    /** Returns the file that the JVM writes, which is renamed when it is complete. */
    Path draft() {
        return file().resolveSibling(file().getFileName() + ".draft");
    }

    /** Returns the option by which a JVM writes the draft when it exits. */
    String option() {
        return (isAotCache() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + draft();
    }

    /** Returns the text of a note: size and time of the jar, which the launcher compares, and the JDK, for people. */
    static String noteOf(Path jar, String jdk) throws IOException {
        return Files.size(jar) + " " + Files.getLastModifiedTime(jar).to(TimeUnit.SECONDS) + " " + jdk
                + System.lineSeparator();
    }

    /** Returns the JDK of a note. */
    static String jdkIn(String note) {
        String[] parts = note.strip().split(" ", 3);
        return parts.length < 3 ? "another one" : parts[2];
    }

    /** Renames the draft, and writes the note last: the launcher uses no cache without its note. */
    void publish(String note) throws IOException {
        Files.deleteIfExists(note());
        Files.move(draft(), file(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Path written = note().resolveSibling(note().getFileName() + ".draft");
        Files.writeString(written, note);
        Files.move(written, note(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes the draft. */
    void discardDraft() throws IOException {
        Files.deleteIfExists(draft());
        Files.deleteIfExists(draft().resolveSibling(draft().getFileName() + ".config"));
    }
}
