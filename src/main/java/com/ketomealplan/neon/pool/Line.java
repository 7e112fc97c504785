package com.ketomealplan.neon.pool;

import java.time.Duration;

/**
 * The bounds of the callers who wait for a connection.
 *
 * @param longestWait how long one waits
 * @param most how many may wait while connections are open; the rest is told at once to come back later
 */
public record Line(Duration longestWait, int most) {}
