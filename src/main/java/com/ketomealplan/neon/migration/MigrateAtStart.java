package com.ketomealplan.neon.migration;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What a start does about changesets that the database lacks. Any but {@link #FALSE} opens a connection, which wakes a compute. */
public enum MigrateAtStart {
    /** Nothing: they are found out, and told, on a connection that somebody needs. */
    @JsonProperty("false")
    FALSE,

    /** It applies them, as {@code db migrate} does, and ends if it cannot. */
    @JsonProperty("true")
    TRUE,

    /** It ends. */
    @JsonProperty("check")
    CHECK;

    /** As it is written: two of them are no texts in YAML. */
    @JsonCreator
    static MigrateAtStart of(String written) {
        return valueOf(written.toUpperCase(Locale.ROOT));
    }
}
