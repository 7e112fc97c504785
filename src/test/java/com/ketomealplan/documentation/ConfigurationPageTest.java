package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Page;
import com.ketomealplan.testing.SettingTree;
import com.ketomealplan.testing.SettingTree.Node;
import com.ketomealplan.testing.SettingsPage;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import jakarta.validation.constraints.Null;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the page of the configuration has each setting, with its default and its limits, and each variable that the files read. */
class ConfigurationPageTest {

    private static final String NONE = "none";

    private static final Pattern LIMIT = Pattern.compile("must be (?:at least|at most) ([\\w.]+)");

    private final Page page = Page.of("configuration");
    private final Map<String, Node> settings = new TreeMap<>();

    ConfigurationPageTest() {
        collect("", SettingTree.ofConfiguration());
    }

    private void collect(String prefix, List<Node> nodes) {
        for (Node node : nodes) {
            List<Node> children = node.field().getType().getSimpleName().equals("Secret") ? List.of() : node.children();
            if (children.isEmpty()) {
                settings.put(prefix + node.name(), node);
            } else {
                collect(prefix + node.name() + ".", children);
            }
        }
    }

    private List<List<String>> rows() {
        return SettingsPage.SETTINGS.stream()
                .flatMap(heading -> page.rows(heading).stream())
                .toList();
    }

    private List<List<String>> namesOfDropwizard() {
        return page.rows(SettingsPage.KEYS);
    }

    private List<List<String>> namesOfHikari() {
        return page.rows("Names of HikariCP");
    }

    private static String name(List<String> row) {
        return Page.name(row.get(0));
    }

    @Test
    void everySettingHasOneRow() {
        assertThat(Stream.of(rows(), namesOfDropwizard(), namesOfHikari())
                        .flatMap(List::stream)
                        .map(ConfigurationPageTest::name))
                .containsExactlyInAnyOrderElementsOf(settings.keySet());
    }

    @Test
    void everyBlockHasOneRow() {
        Set<String> blocks = settings.keySet().stream()
                .filter(name -> name.contains("."))
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .collect(Collectors.toSet());
        assertThat(page.rows(SettingsPage.BLOCKS).stream().map(ConfigurationPageTest::name))
                .containsAll(blocks)
                .doesNotHaveDuplicates();
    }

    @Test
    void everyDefaultIsThatOfTheCode() {
        assertThat(rows()).allSatisfy(row -> {
            Node setting = settings.get(name(row));
            assertThat(value(setting, row.get(1))).as(name(row)).isEqualTo(defaultOf(setting));
        });
    }

    private static Object value(Node setting, String written) {
        Class<?> type = setting.field().getType();
        if (written.equals(NONE)) {
            return NONE;
        }
        if (type == Duration.class) {
            return Duration.parse(written).toNanoseconds();
        }
        return type == DataSize.class ? DataSize.parse(written).toBytes() : (Object) written;
    }

    private static Object defaultOf(Node setting) {
        Object value = setting.value();
        if (setting.field().getType().getSimpleName().equals("Secret")) {
            return NONE;
        }
        if (value instanceof Duration duration) {
            return duration.toNanoseconds();
        }
        if (value instanceof DataSize size) {
            return size.toBytes();
        }
        if (value instanceof Enum<?>) {
            return Jackson.newObjectMapper().valueToTree(value).asText();
        }
        return value == null || value.equals("") || value.equals(List.of()) ? NONE : value.toString();
    }

    @Test
    void everyLimitIsThere() {
        assertThat(rows()).allSatisfy(row -> {
            List<String> written = List.of(row.get(2).split("[ ,]+"));
            for (Annotation constraint : settings.get(name(row)).field().getAnnotations()) {
                LIMIT.matcher(constraint.toString()).results().forEach(limit -> assertThat(written)
                        .as("%s: %s", name(row), limit.group())
                        .contains(limit.group(1)));
            }
        });
    }

    @Test
    void whatIsRefusedIsSaidToBe() {
        assertThat(namesOfDropwizard()).allSatisfy(row -> assertThat(row.get(1).equals("refused"))
                .as(name(row))
                .isEqualTo(settings.get(name(row)).field().isAnnotationPresent(Null.class)));
    }

    @Test
    void whatStandsInThePlaceOfANameOfHikariIsInTheMessage() {
        assertThat(namesOfHikari()).allSatisfy(row -> {
            String message =
                    settings.get(name(row)).field().getAnnotation(Null.class).message();
            assertThat(Pattern.compile("`([\\w.@%=-]+)`").matcher(row.get(1)).results())
                    .as(name(row))
                    .allMatch(setting -> message.contains(setting.group(1)));
        });
    }

    @Test
    void everyVariableOfTheFilesHasARowAndNoOther() throws IOException {
        String files = Files.readString(Path.of("config.yml")) + Files.readString(Path.of("config-serverless.yml"));
        List<String> read = Pattern.compile("\\$\\{(\\w+):-")
                .matcher(files)
                .results()
                .map(variable -> variable.group(1))
                .filter(variable -> !variable.equals("NAME"))
                .distinct()
                .toList();
        List<List<String>> rows = page.rows("Environment variables");

        assertThat(rows.stream().map(ConfigurationPageTest::name)).containsExactlyInAnyOrderElementsOf(read);
        assertThat(rows.stream().map(row -> row.get(1)).filter(setting -> setting.startsWith("`")))
                .allSatisfy(setting -> assertThat(settings).containsKey(Page.name(setting)));
    }

    @Test
    void everyDefaultOfAVariableIsThatOfTheFile() throws IOException {
        String file = Files.readString(Path.of("config.yml"));
        assertThat(page.rows("Environment variables")).allSatisfy(row -> {
            Matcher inFile = Pattern.compile("\\$\\{" + name(row) + ":-(.*?)}").matcher(file);
            assertThat(inFile.find()).as(name(row)).isTrue();
            if (!inFile.group(1).isEmpty()) {
                assertThat(defaultOf(row)).as(name(row)).isEqualTo(inFile.group(1));
            }
        });
    }

    private static String defaultOf(List<String> row) {
        return row.get(3).split(";")[0].replace("`", "");
    }

    /** Those that people touch have a row in the README. */
    @Test
    void theReadmeSaysTheSame() {
        Map<String, String> defaults = page.rows("Environment variables").stream()
                .collect(Collectors.toMap(ConfigurationPageTest::name, ConfigurationPageTest::defaultOf));
        assertThat(Page.read(Page.README).rows("Settings people touch"))
                .isNotEmpty()
                .allSatisfy(row -> {
                    List<String> variables = List.of(row.get(0).replace("`", "").split(", "));
                    List<String> said = List.of(row.get(1).replace("`", "").split(", "));
                    assertThat(said).as(row.get(0)).hasSameSizeAs(variables);
                    for (int i = 0; i < variables.size(); i++) {
                        if (!variables.get(i).startsWith("-D")) {
                            assertThat(said.get(i)).as(variables.get(i)).isEqualTo(defaults.get(variables.get(i)));
                        }
                    }
                });
    }
}
