package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.OpeningTimes;
import java.time.Duration;
import java.util.Optional;

/**
 * The time that a caller has waited for a connection.
 *
 * @param total from joining the queue to the end of the wait
 * @param wake the part of it without any open connection: the compute may have been asleep
 * @param opening present if the caller got a connection that was opened meanwhile
 */
public record WaitTime(Duration total, Duration wake, Optional<OpeningTimes> opening) {

    /** The wait of a caller that found an idle connection. */
    public static final WaitTime NONE = new WaitTime(Duration.ZERO, Duration.ZERO, Optional.empty());
}
