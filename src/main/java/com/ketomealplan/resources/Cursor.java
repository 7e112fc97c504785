package com.ketomealplan.resources;

import com.ketomealplan.db.Position;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;

/** Where a page begins, as clients hand it back: they are not to know what is in it. */
final class Cursor {

    /** Whatever is of this form is a place in a list. */
    static final String FORM = "[A-Za-z0-9_-]{32}";

    static final String MESSAGE = "must be as a Link header has it";

    private static final long MICROS_PER_SECOND = 1_000_000;

    private static final long EARLIEST = micros(Instant.parse("0001-01-01T00:00:00Z"));
    private static final long LATEST = micros(Position.BEFORE_ALL.createdAt());

    private Cursor() {}

    static String write(Position place) {
        ByteBuffer bytes = ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(micros(place.createdAt()))
                .putLong(place.id().getMostSignificantBits())
                .putLong(place.id().getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * Reads a cursor; times that PostgreSQL does not know become the next one that it does.
     *
     * @param text of the {@link #FORM}; null for the beginning
     */
    static Position read(String text) {
        if (text == null) {
            return Position.BEFORE_ALL;
        }
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        Instant createdAt =
                Instant.EPOCH.plus(Math.max(EARLIEST, Math.min(bytes.getLong(), LATEST)), ChronoUnit.MICROS);
        return new Position(createdAt, new UUID(bytes.getLong(), bytes.getLong()));
    }

    /** What PostgreSQL counts time in. */
    private static long micros(Instant time) {
        return time.getEpochSecond() * MICROS_PER_SECOND + time.get(ChronoField.MICRO_OF_SECOND);
    }
}
