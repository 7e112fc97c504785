package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the pages are found, and lead where they say. */
class LinksTest {

    /** For one reading. */
    private static final int MOST_LINES_OF_README = 180;

    static List<Page> pages() {
        return Page.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Page page) {
        assertThat(page.links()).allSatisfy(link -> {
            if (link.matches("https?://.*")) {
                return;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty()
                    ? page.file()
                    : Optional.ofNullable(page.file().getParent())
                            .orElse(Path.of(""))
                            .resolve(parts[0])
                            .normalize();
            assertThat(Files.exists(target)).as("%s: %s", page.file(), link).isTrue();
            if (parts.length > 1) {
                assertThat(Page.read(target).anchors())
                        .as("%s: %s", page.file(), link)
                        .contains(parts[1]);
            }
        });
    }

    @Test
    void theReadmeLinksEveryPage() {
        List<String> links = Page.read(Page.README).links();

        assertThat(Page.all().stream()
                        .map(page -> page.file().toString())
                        .filter(file -> !file.equals(Page.README.toString())))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(links).contains(file));
    }
}
