package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.Map;

/**
 * The time that it took to open a connection.
 *
 * @param total the time of the attempt
 * @param phases the times of its phases; without TLS, that one is almost zero
 */
public record OpeningTimes(Duration total, Map<Phase, Duration> phases) {}
