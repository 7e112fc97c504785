package com.ketomealplan.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.db.Position;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    /** To the microsecond, which is what PostgreSQL keeps. */
    @ParameterizedTest
    @ValueSource(strings = {"2026-11-28T23:29:23.516999Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"})
    void isReadAsItWasWritten(String time) {
        Position place = new Position(Instant.parse(time), UUID.randomUUID());

        String text = Cursor.write(place);

        assertThat(text).matches(Cursor.FORM);
        assertThat(Cursor.read(text)).isEqualTo(place);
    }

    @Test
    void withoutOneItIsTheBeginning() {
        assertThat(Cursor.read(null)).isEqualTo(Position.BEFORE_ALL);
        assertThat(Cursor.read(Cursor.write(Position.BEFORE_ALL))).isEqualTo(Position.BEFORE_ALL);
    }

    @Test
    void timesThatNoDatabaseKnowsAreTheNextOnesThatItDoes() {
        assertThat(Cursor.read("f" + "_".repeat(31))).isEqualTo(Position.BEFORE_ALL);
        assertThat(Cursor.read("gA" + "A".repeat(30)))
                .isEqualTo(new Position(Instant.parse("0001-01-01T00:00:00Z"), new UUID(0, 0)));
    }
}
