package com.ketomealplan.resources;

import com.ketomealplan.db.Position;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;

/** The start of a page, as an opaque text for clients. */
final class Cursor {

    /** The form of a valid cursor. */
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
     * Parses a cursor; times are limited to the range and resolution of PostgreSQL.
     *
     * @param text a text of the {@link #FORM}; null for the first page
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

    /** The resolution of PostgreSQL's timestamps. */
    private static long micros(Instant time) {
        return time.getEpochSecond() * MICROS_PER_SECOND + time.get(ChronoField.MICRO_OF_SECOND);
    }
}
