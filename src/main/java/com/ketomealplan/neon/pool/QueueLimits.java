package com.ketomealplan.neon.pool;

import java.time.Duration;

/**
 * The limits of a wait queue.
 *
 * @param maxWait how long a caller waits, unless its deadline is sooner
 * @param maxWaiters how many callers may wait while connections are open; others are rejected at once
 */
public record QueueLimits(Duration maxWait, int maxWaiters) {}
