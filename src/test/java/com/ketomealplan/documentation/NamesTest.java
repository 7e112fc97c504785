package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Page;
import com.ketomealplan.testing.SettingTree;
import com.ketomealplan.testing.SettingTree.Node;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.beans.Introspector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That what the pages write as code is there: settings, metrics, classes, files, and at the least each word of it. */
class NamesTest {

    private static final List<Path> SOURCES = List.of(
            Path.of("src/main"),
            Path.of("src/test"),
            Path.of("src/it"),
            Path.of("src/layer"),
            Path.of(".ci"),
            Path.of("pom.xml"),
            Path.of("config.yml"),
            Path.of("config-serverless.yml"));

    /** Of other programs, formats and services. */
    private static final Set<String> OTHERS = Set.of(
            // Dropwizard
            "EnvironmentVariableSubstitutor",
            "MigrationsBundle",
            "contentLength",
            "deadlocks",
            "frequency",
            "ping",
            "pong",
            "remoteAddress",
            "remoteUser",
            "requestAttributes",
            "requestTime",
            "responseHeaders",
            "userAgent",
            // HikariCP
            "ConcurrentBag",
            "HouseKeeper",
            "PoolEntry",
            "PoolEntryCreator",
            "PoolStats",
            "ProxyLeakTask",
            "ProxyConnection",
            "aliveBypassWindowMs",
            // Agroal
            "idleValidationTimeout",
            "leakTimeout",
            "reapTimeout",
            // HAProxy, nginx, Kubernetes
            "fall",
            "http_503",
            "inter",
            "non_idempotent",
            "preStop",
            "redispatch",
            "rise",
            "subPath",
            // PostgreSQL, the shell, the JVM
            "chmod",
            "archive_command",
            "pg_total_relation_size",
            "Xlog",
            "dump_to_file",
            "jcmd",
            "PID",
            "PT5M",
            "jvm_…",
            "process_…");

    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_]{2,}…?");

    /** After the beginning of some names. */
    private static final String MORE = "…";

    /** {@code pooled.keep}, {@code database.pooled.keep}. */
    private static final Pattern SETTING = Pattern.compile("[a-z][A-Za-z]*(\\.[a-z][A-Za-z]*)+");

    private static final Pattern METRIC = Pattern.compile("(?:neon|db_client|http_server|admin)_[a-z_]+(?<!_)");

    private static final Pattern TYPE = Pattern.compile("(?:[a-z]+\\.)*([A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:\\.\\w+)?");

    private static final Pattern PATH_OF_FILE = Pattern.compile("[\\w.-]+(/[\\w.-]+)+");

    private static final Set<String> DROPWIZARDS = Set.of("server", "logging", "health", "metrics", "admin", "pool");

    private static final Set<String> WORDS = new HashSet<>();
    private static final Set<String> TYPES = new HashSet<>();
    private static final Set<String> METRICS = new TreeSet<>();
    private static final Set<String> SETTINGS = new HashSet<>();

    @BeforeAll
    static void readTheSources() throws IOException {
        for (Path root : SOURCES) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !file.startsWith("src/test/java/com/ketomealplan/documentation/NamesTest.java"))
                        .forEach(NamesTest::read);
            }
        }
        List.copyOf(WORDS).stream() // as the constants of an enum are written for others
                .filter(word -> word.equals(word.toUpperCase(Locale.ROOT)))
                .forEach(word -> WORDS.add(word.toLowerCase(Locale.ROOT)));
        Stream.of(HikariConfig.class, HikariPoolMXBean.class)
                .flatMap(type -> Stream.of(type.getMethods()))
                .map(Method::getName)
                .forEach(name ->
                        WORDS.add(name.startsWith("set") ? Introspector.decapitalize(name.substring(3)) : name));
        Page.all().stream()
                .flatMap(page -> page.blocks().stream()) // which other tests look at
                .flatMap(block -> WORD.matcher(block.text()).results())
                .forEach(word -> WORDS.add(word.group()));
        collect("", SettingTree.ofConfiguration());
    }

    private static void read(Path file) {
        String name = file.getFileName().toString();
        WORD.matcher(file.toString()).results().forEach(word -> WORDS.add(word.group()));
        try {
            String text = Files.readString(file);
            WORD.matcher(text).results().forEach(word -> WORDS.add(word.group()));
            if (name.endsWith(".java")) {
                TYPES.add(name.substring(0, name.length() - ".java".length()));
                METRIC.matcher(text).results().forEach(metric -> METRICS.add(metric.group()));
            }
        } catch (MalformedInputException e) {
            // a picture
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect(String prefix, List<Node> nodes) {
        for (Node node : nodes) {
            SETTINGS.add(prefix + node.name());
            collect(prefix + node.name() + ".", node.children());
        }
    }

    static List<Page> pages() {
        return Page.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyWordOfCodeIsSomewhereInTheSources(Page page) {
        Set<String> unknown = page.code().stream()
                .map(code -> code.replaceAll("%[0-9A-F]{2}|(?<=^|[ (])-[PD]", " "))
                .map(code -> METRIC.matcher(code).replaceAll(" "))
                .flatMap(code -> WORD.matcher(code).results())
                .map(word -> word.group())
                .filter(word -> !isKnown(word))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(unknown).as("%s: not in the sources", page.file()).isEmpty();
    }

    private static boolean isKnown(String word) {
        return OTHERS.contains(word)
                || (word.endsWith(MORE)
                        ? WORDS.stream().anyMatch(known -> known.startsWith(word.substring(0, word.length() - 1)))
                        : WORDS.contains(word));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everySettingIsOne(Page page) {
        assertThat(page.code().stream()
                        .map(code -> code.replaceAll("(: ?|=).*", ""))
                        .filter(code -> SETTING.matcher(code).matches())
                        .filter(
                                code -> !code.matches(
                                        ".*\\.(yml|md|json|xml|sql|java|jar|png|txt|conf)|com\\..*|http\\..*|neon\\..*|java\\..*"))
                        .filter(code -> !DROPWIZARDS.contains(code.substring(0, code.indexOf('.')))))
                .allSatisfy(code -> assertThat(SETTINGS)
                        .as("%s: %s", page.file(), code)
                        .anyMatch(setting -> setting.equals(code) || setting.endsWith("." + code)));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyMetricIsOne(Page page) {
        assertThat(page.code().stream()
                        .flatMap(code -> METRIC.matcher(code).results())
                        .map(found -> found.group()))
                .allSatisfy(metric -> assertThat(METRICS)
                        .as("%s: %s", page.file(), metric)
                        .anyMatch(known ->
                                metric.matches(Pattern.quote(known) + "(_seconds)?(_total|_count|_sum|_bucket)?")));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyTestIsOne(Page page) {
        assertThat(page.code().stream()
                        .map(TYPE::matcher)
                        .filter(Matcher::matches)
                        .map(found -> found.group(1))
                        .filter(name -> name.endsWith("Test") || name.endsWith("Benchmark")))
                .allSatisfy(name -> assertThat(TYPES).as("%s", page.file()).contains(name));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyFileIsThere(Page page) {
        assertThat(page.code().stream()
                        .filter(code -> PATH_OF_FILE.matcher(code).matches())
                        .filter(code -> code.startsWith("src/") || code.startsWith(".ci/"))
                        .filter(code -> !code.contains("0006-notes")))
                .allSatisfy(code -> assertThat(Files.exists(Path.of(code)))
                        .as("%s: %s", page.file(), code)
                        .isTrue());
    }
}
