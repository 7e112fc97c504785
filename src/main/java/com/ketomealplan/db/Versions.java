package com.ketomealplan.db;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The versions of a row that a change is meant for: a condition of its statement, so that nothing can come between the look and the
 * change, and the look costs no round trip.
 *
 * @param any empty for whichever there is; with none of them nothing is changed
 */
public record Versions(Optional<List<Long>> any) {

    public static final Versions WHICHEVER = new Versions(Optional.empty());

    public static Versions of(List<Long> versions) {
        return new Versions(Optional.of(List.copyOf(versions)));
    }

    public boolean include(long version) {
        return any.map(versions -> versions.contains(version)).orElse(true);
    }

    /** As PostgreSQL writes an array; null for whichever there is. */
    String array() {
        return any.map(versions -> versions.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")))
                .orElse(null);
    }
}
