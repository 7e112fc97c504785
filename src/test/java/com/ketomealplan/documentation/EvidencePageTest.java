package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That figures are on one page, with what was run for them. */
class EvidencePageTest {

    /** Of time, allocation or requests that somebody has measured, and not set. */
    private static final Pattern MEASURED =
            Pattern.compile("\\d µs|\\d KiB of|requests/s|\\d{2}\\.\\d{2} %|\\d,\\d{3} requests");

    private final Page page = Page.of("evidence");

    @Test
    void everySectionSaysWhenAndHow() {
        String[] sections = page.text().split("(?m)^## ");
        assertThat(List.of(sections).subList(1, sections.length)).isNotEmpty().allSatisfy(section -> assertThat(section)
                .containsPattern(
                        "(January|February|March|April|May|June|July|August|September|October|November|December) \\d+, \\d{4}")
                .contains("```sh\n"));
    }

    /** What the campaign writes into its table. */
    @Test
    void everyRowOfFaultsIsThatOfAScenario() throws IOException {
        StringBuilder scenarios = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith("Test.java")).toList()) {
                scenarios.append(Files.readString(file));
            }
        }
        String sources = scenarios.toString().replaceAll("\"\\s*\\+ \"", "");
        assertThat(page.rows("Never lost, never doubled")).isNotEmpty().allSatisfy(row -> assertThat(sources)
                .contains(row.get(0)));
    }

    @Test
    void figuresAreNowhereElse() {
        assertThat(Page.all().stream().filter(other -> !other.file().equals(page.file())))
                .allSatisfy(other -> assertThat(
                                MEASURED.matcher(other.prose()).results().map(found -> found.group()))
                        .as(other.file().toString())
                        .isEmpty());
    }
}
