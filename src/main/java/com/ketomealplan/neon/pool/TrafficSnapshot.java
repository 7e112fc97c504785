package com.ketomealplan.neon.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * The database as seen from a pool's traffic, at one moment.
 *
 * @param open the number of open connections
 * @param sinceAnswer the time since a usable connection was last returned
 * @param sinceLoss the time since a connection was last found lost
 * @param sinceWaitFailed the time since a caller was last rejected or timed out; zero while there have been waiters for a second
 */
public record TrafficSnapshot(
        int open, Optional<Duration> sinceAnswer, Optional<Duration> sinceLoss, Optional<Duration> sinceWaitFailed) {}
