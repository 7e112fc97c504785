package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.testing.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the page for operators has each metric, and of each eviction reason what it means and what to do. */
class OperationsPageTest {

    private static final Pattern METRIC = Pattern.compile("\"((?:neon|db_client|http_server|admin)_[a-z_]+)\"");

    /** The labels whose names begin like a metric's. */
    private static final Set<String> LABELS = Set.of("db_client_connection_pool_name", "db_client_connection_state");

    @Test
    void everyMetricHasARow() throws IOException {
        String names = Page.of("operations").rows("Metrics").stream()
                .map(row -> row.get(0))
                .collect(Collectors.joining());
        Set<String> metrics = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                METRIC.matcher(Files.readString(file)).results().forEach(found -> metrics.add(found.group(1)));
            }
        }
        metrics.removeAll(LABELS);

        assertThat(metrics).hasSizeGreaterThan(20).allSatisfy(metric -> assertThat(names)
                .containsPattern("`" + metric + "(_seconds)?(_total)?`"));
    }

    @Test
    void everyEvictionReasonHasARow() {
        List<List<String>> rows = Page.of("operations").rows("Eviction reasons");

        assertThat(rows.stream().map(row -> Page.name(row.get(0))))
                .containsExactlyElementsOf(Stream.of(EvictionReason.values())
                        .map(reason -> reason.name().toLowerCase(Locale.ROOT))
                        .toList());
        assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(3).noneMatch(String::isBlank));
    }
}
