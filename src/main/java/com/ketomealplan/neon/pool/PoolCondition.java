package com.ketomealplan.neon.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * What a pool's traffic tells of the database at one moment.
 *
 * @param open how many connections are open
 * @param sinceAnswer how long ago a borrower was done with a connection that stood
 * @param sinceLoss how long ago the server was found to have ended connections
 * @param sinceStrain how long ago a caller was not let into the line, waited in vain, or had waited for a second
 */
public record PoolCondition(
        int open, Optional<Duration> sinceAnswer, Optional<Duration> sinceLoss, Optional<Duration> sinceStrain) {}
