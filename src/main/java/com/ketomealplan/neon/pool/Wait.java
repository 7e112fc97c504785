package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.OpeningTimes;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a caller stood in line for a connection.
 *
 * @param whole from joining the line to its end
 * @param wake how much of it there was no connection at all: the compute may have slept
 * @param opening if the caller was given a connection that was opened meanwhile
 */
public record Wait(Duration whole, Duration wake, Optional<OpeningTimes> opening) {

    /** Of a caller who found an idle connection. */
    public static final Wait NONE = new Wait(Duration.ZERO, Duration.ZERO, Optional.empty());
}
