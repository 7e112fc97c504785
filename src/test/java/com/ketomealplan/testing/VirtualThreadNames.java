package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** The virtual threads of this JVM, which {@link Thread#getAllStackTraces} leaves out. */
public final class VirtualThreadNames {

    static final int FIRST_RELEASE = 21;

    /** A line such as {@code #42 "dw-7" virtual}, with the name that may be empty. */
    private static final Pattern VIRTUAL = Pattern.compile("(?m)^#\\d+ \"(.*)\" virtual");

    private VirtualThreadNames() {}

    /** Returns their names, "virtual" for those without one; none before JDK 21. */
    public static List<String> now() {
        if (Runtime.version().feature() < FIRST_RELEASE) {
            return List.of();
        }
        try {
            Path dump = Files.createTempDirectory(Path.of("target"), "threads")
                    .resolve("dump.txt")
                    .toAbsolutePath();
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "threadDumpToFile",
                            new Object[] {new String[] {dump.toString()}},
                            new String[] {String[].class.getName()});
            List<String> names = VIRTUAL.matcher(Files.readString(dump))
                    .results()
                    .map((MatchResult thread) -> thread.group(1).isEmpty() ? "virtual" : thread.group(1))
                    .toList();
            Files.delete(dump);
            Files.delete(dump.getParent());
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }
}
