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
        assertThat(EntityTags.ifMatch(List.of())).isEqualTo(Versions.WHICHEVER);
        assertThat(EntityTags.ifMatch(List.of(" * "))).isEqualTo(Versions.WHICHEVER);
        assertThat(EntityTags.ifMatch(List.of("", "*", "*"))).isEqualTo(Versions.WHICHEVER);
    }

    @Test
    void isForTheVersionsThatItNames() {
        assertThat(EntityTags.ifMatch(List.of("\"1\" ,\"22\", \"foreign\"", "W/\"3\"", "\"4\"")))
                .isEqualTo(Versions.of(List.of(1L, 22L, 4L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "W/\"1\"",
                "\"01\"",
                "\"0\"",
                "\"-1\"",
                "\"1",
                "\"1 \"",
                "\"9999999999999999999\"",
                "**",
                "w/\"1\"",
                "x\"1\"",
                "\"a\"1\"b\"",
                "\"1\" \"1\"",
                "\"1\", x"
            })
    void isForNoVersionIfItNamesNone(String header) {
        assertThat(EntityTags.ifMatch(List.of(header))).isEqualTo(Versions.of(List.of()));
        assertThat(EntityTags.ifMatch(List.of(header)).include(1)).isFalse();
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
        assertThat(EntityTags.answer("body", 7, List.of(ifNoneMatch)).getStatus())
                .isEqualTo(status);
        assertThat(EntityTags.answer("body", 7, List.of(ifNoneMatch)).getEntityTag())
                .isEqualTo(EntityTags.of(7));
        assertThat(EntityTags.answer("body", 7, List.of()).getStatus()).isEqualTo(200);
    }
}
