package com.ketomealplan.db;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The versions of a row that a change applies to: a condition of the statement, so that the check is atomic and costs no round trip.
 *
 * @param any empty for any version; an empty set matches none
 */
public record Versions(Optional<List<Long>> any) {

    public static final Versions WHICHEVER = new Versions(Optional.empty());

    public static Versions of(List<Long> versions) {
        return new Versions(Optional.of(List.copyOf(versions)));
    }

    public boolean include(long version) {
        return any.map(versions -> versions.contains(version)).orElse(true);
    }

    /** Returns them as a PostgreSQL array; null for any version. */
    String array() {
        return any.map(versions -> versions.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")))
                .orElse(null);
    }
}
