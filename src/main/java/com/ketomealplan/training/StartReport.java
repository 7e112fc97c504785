package com.ketomealplan.training;

import io.dropwizard.core.setup.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs, when the server has started, from which cache the launcher has started it, or why from none. Logs nothing if the process was
 * started by {@code java -jar}.
 */
public final class StartReport {

    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

    /** The system properties that the launcher sets: the cache that it has found, and what is wrong with it. */
    static final String CACHE = "training.cache";

    static final String PROBLEM = "training.problem";

    private static final Path MAPPED = Path.of("/proc/self/maps");

    private StartReport() {}

    /** Registers the report for the start of the server. */
    public static void afterStart(Environment environment) {
        Map<String, String> properties = Map.of(
                CACHE, System.getProperty(CACHE, ""),
                PROBLEM, System.getProperty(PROBLEM, ""));
        environment.lifecycle().addServerLifecycleListener(server -> log(properties, StartReport::isMapped));
    }

    private static void log(Map<String, String> properties, Predicate<Path> inUse) {
        Report report = of(properties, inUse, System.getProperty("java.runtime.version"));
        if (report.isWarning()) {
            LOG.warn(report.text());
        } else if (!report.text().isEmpty()) {
            LOG.info(report.text());
        }
    }

    /**
     * A line of the log.
     *
     * @param text empty if there is nothing to log
     */
    record Report(boolean isWarning, String text) {}

    static Report of(Map<String, String> properties, Predicate<Path> inUse, String jdk) {
        String problem = properties.get(PROBLEM);
        if (properties.get(CACHE).isEmpty()) {
            return new Report(false, problem.isEmpty() ? "" : "Started without training: " + problem);
        }
        Path cache = Path.of(properties.get(CACHE));
        if (!problem.isEmpty()) {
            return refused(cache, problem);
        }
        String madeBy = madeBy(cache);
        if (inUse.test(cache)) {
            return new Report(false, "Started from " + cache + ", which was trained on JDK " + madeBy);
        }
        return refused(
                cache,
                madeBy.equals(jdk)
                        ? "the JVM has refused it, as it does with an agent, with another kind of heap than the training's, or"
                                + " with a damaged file; -Xlog:cds, and from JDK 25 on -Xlog:aot, says why"
                        : "it was trained on JDK " + madeBy + ", and this is " + jdk);
    }

    private static Report refused(Path cache, String problem) {
        return new Report(true, "Started without " + cache + ": " + problem + ". The command train makes a new one");
    }

    private static String madeBy(Path cache) {
        try {
            return Cache.jdkIn(Files.readString(cache.resolveSibling(cache.getFileName() + ".of")));
        } catch (IOException e) {
            return Cache.jdkIn("");
        }
    }

    /** Returns whether the JVM has mapped the cache. Known on Linux only; elsewhere true. */
    private static boolean isMapped(Path cache) {
        try (Stream<String> lines = Files.lines(MAPPED)) {
            String name = "/" + cache.getFileName();
            return lines.anyMatch(line -> line.endsWith(name));
        } catch (IOException | UncheckedIOException e) { // such as a path that is not UTF-8
            return true;
        }
    }
}
