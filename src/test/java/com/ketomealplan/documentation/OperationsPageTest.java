package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.testing.Page;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the page for operators says of each eviction reason what it means, and what to do. */
class OperationsPageTest {

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
