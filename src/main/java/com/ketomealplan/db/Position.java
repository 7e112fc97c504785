package com.ketomealplan.db;

import java.time.Instant;
import java.util.UUID;

/**
 * A row's place in a list that is ordered by creation. Rows of one transaction were created at the same time: their ids tell them apart.
 */
public record Position(Instant createdAt, UUID id) {

    /** The position before the newest row. */
    public static final Position BEFORE_ALL = new Position(Instant.parse("9999-12-31T23:59:59Z"), new UUID(-1, -1));

    /** Returns the timestamp as text: for a timestamp pgjdbc describes the statement first, in a round trip of its own. */
    String time() {
        return createdAt.toString();
    }
}
