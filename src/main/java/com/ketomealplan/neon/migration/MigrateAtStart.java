package com.ketomealplan.neon.migration;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What a start does about pending changesets. All but {@link #FALSE} open a connection, which wakes a compute. */
public enum MigrateAtStart {
    /** Nothing: they are counted and logged on the connection of the first unit of work. */
    @JsonProperty("false")
    FALSE,

    /** Applies them, as {@code db migrate} does; a failure ends the start. */
    @JsonProperty("true")
    TRUE,

    /** Ends the start, if there are some. */
    @JsonProperty("check")
    CHECK;

    /** Parses the value: two of them are booleans in YAML. */
    @JsonCreator
    static MigrateAtStart of(String written) {
        return valueOf(written.toUpperCase(Locale.ROOT));
    }
}
