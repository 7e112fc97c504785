package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.health.DatabaseCondition;
import com.ketomealplan.testing.Monitoring;
import com.ketomealplan.testing.Page;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the index of incidents has each state, each type of problem and each alert, with what the code says of it. */
class IncidentsPageTest {

    private static final Pattern TYPE = Pattern.compile("\\.ofType\\(\"([\\w-]+)\"\\)");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    private final Page page = Page.of("incidents");

    private Map<String, List<String>> rows(String heading) {
        return page.rows(heading).stream().collect(Collectors.toMap(row -> Page.name(row.get(0)), Function.identity()));
    }

    @Test
    void everyStateHasARow() throws ReflectiveOperationException {
        Method isReady = DatabaseCondition.class.getDeclaredMethod("isReady"); // the layer's own
        isReady.setAccessible(true);
        Map<String, List<String>> rows = rows("States of the database");

        assertThat(rows.keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(DatabaseCondition.values())
                        .map(DatabaseCondition::label)
                        .toList());
        for (DatabaseCondition state : DatabaseCondition.values()) {
            List<String> row = rows.get(state.label());
            assertThat(row.get(2))
                    .as("/health of %s", state)
                    .isEqualTo("%d, `%s`".formatted(state.isHealthy() ? 200 : 503, state.connectionLabel()));
            assertThat(row.get(3))
                    .as("/readyz in %s", state)
                    .isEqualTo((boolean) isReady.invoke(state) ? "200" : "503");
            assertThat(row).as("%s", state).hasSize(6).noneMatch(String::isBlank);
        }
    }

    @Test
    void everyTypeOfProblemHasARow() throws IOException {
        Map<String, List<String>> rows = rows("Problem types");

        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(types());
        for (FailureKind kind : FailureKind.values()) {
            Optional<String> type = kind.problemType();
            if (type.isPresent()) {
                assertThat(rows.get(type.get()).subList(1, 3))
                        .as(type.get())
                        .containsExactly(
                                Integer.toString(kind.httpStatus()), kind.isRetryableByClient() ? "yes" : "no");
            }
        }
        assertThat(rows.values()).allSatisfy(row -> assertThat(row).hasSize(6).noneMatch(String::isBlank));
    }

    @Test
    void everyKindHasARowWithWhatItsClientGets() {
        Map<String, String> typeOf = new HashMap<>();
        page.rows("Problem types").forEach(row -> CODE.matcher(row.get(3))
                .results()
                .forEach(kind -> typeOf.put(kind.group(1), Page.name(row.get(0)))));
        Map<String, List<String>> untyped = rows("Kinds");

        for (FailureKind kind : FailureKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            assertThat(Optional.ofNullable(typeOf.get(name))).as(name).isEqualTo(kind.problemType());
            if (kind.problemType().isEmpty()) {
                assertThat(untyped.get(name).get(1)).as(name).isEqualTo(Integer.toString(kind.httpStatus()));
            }
        }
    }

    /** Those of the kinds, and those that the sources give to a problem by name. */
    private static Set<String> types() throws IOException {
        Set<String> types = Arrays.stream(FailureKind.values())
                .flatMap(kind -> kind.problemType().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                TYPE.matcher(Files.readString(file)).results().forEach(found -> types.add(found.group(1)));
            }
        }
        return types;
    }

    @Test
    void everyAlertHasARowWithItsSeverity() {
        Map<String, String> alerts = Monitoring.alerts()
                .collect(Collectors.toMap(alert -> alert.get("alert").asText(), alert -> alert.at("/labels/severity")
                        .asText()));
        Map<String, String> rows = page.rows("Alerts").stream()
                .collect(Collectors.toMap(row -> row.get(0).replaceAll("\\[(\\w+)].*", "$1"), row -> row.get(1)));

        assertThat(rows).isEqualTo(alerts);
    }

    @Test
    void everyAlertHasSymptomCauseAndWhatToDo() {
        Monitoring.alerts().map(alert -> alert.get("alert").asText()).forEach(name -> {
            String section = page.text().substring(page.text().indexOf("<a id=\"" + name + "\">"));
            assertThat(section.split("\n## ", 2)[0])
                    .contains("- **Symptom:** (", "- **Cause:** ", "- **First:** ", "- **Look at:** ");
        });
    }

    /** Who searches the log for what the page says finds it: each text between quotes, up to where it goes on differently each time. */
    @Test
    void whatTheLogSaysIsQuotedAsItIs() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (String directory : List.of("src/main/java", "src/main/resources/operator")) {
            try (Stream<Path> files = Files.walk(Path.of(directory))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sources.append(Files.readString(file));
                }
            }
        }
        String texts = sources.toString().replaceAll("\"\\s*\\+\\s*\"", "");
        List<String> quoted = Pattern.compile("\"([^\"`]+)\"")
                .matcher(page.prose().replaceAll("`[^`]+`|<[^>]+>", "").replaceAll("\\s+", " "))
                .results()
                .map(found -> found.group(1).split("[…(\\d]")[0].strip())
                .filter(text -> text.length() > 5)
                .toList();

        assertThat(quoted)
                .hasSizeGreaterThan(5)
                .allSatisfy(text -> assertThat(texts.contains(text)).as(text).isTrue());
    }
}
