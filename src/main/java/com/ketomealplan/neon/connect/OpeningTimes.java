package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.Map;

/**
 * How long it took to open a connection.
 *
 * @param whole from the beginning of the attempt
 * @param phases of which it consists; without TLS that one is next to nothing
 */
public record OpeningTimes(Duration whole, Map<Phase, Duration> phases) {}
