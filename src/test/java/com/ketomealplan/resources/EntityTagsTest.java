package com.ketomealplan.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.db.Versions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {

    @Test
    void withoutAConditionItIsForWhicheverVersionThereIs() {
        assertThat(EntityTags.ifMatch(null)).isEqualTo(Versions.WHICHEVER);
        assertThat(EntityTags.ifMatch(" * ")).isEqualTo(Versions.WHICHEVER);
    }

    @Test
    void isForTheVersionsThatItNames() {
        assertThat(EntityTags.ifMatch("\"1\" ,\"22\", \"foreign\", W/\"3\"")).isEqualTo(Versions.of(List.of(1L, 22L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "W/\"1\"", "\"01\"", "\"0\"", "\"-1\"", "\"1", "\"1 \"", "\"9999999999999999999\"", "**"
            })
    void isForNoVersionIfItNamesNone(String header) {
        assertThat(EntityTags.ifMatch(header)).isEqualTo(Versions.of(List.of()));
        assertThat(EntityTags.ifMatch(header).include(1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"7\"               | 304",
                "\"6\",W/\"7\"       | 304",
                "*                   | 304",
                "\"6\"               | 200",
                "7                   | 200",
                "\"77\"              | 200"
            })
    void whatIsKnownIsNotSent(String ifNoneMatch, int status) {
        assertThat(EntityTags.answer("body", 7, ifNoneMatch).getStatus()).isEqualTo(status);
        assertThat(EntityTags.answer("body", 7, ifNoneMatch).getEntityTag()).isEqualTo(EntityTags.of(7));
        assertThat(EntityTags.answer("body", 7, null).getStatus()).isEqualTo(200);
    }
}
