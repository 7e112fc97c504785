package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.Optional;

/**
 * What the results of units of work say of the database at one moment.
 *
 * @param sinceServed how long ago the database did last what a unit asked of it
 * @param sinceServedDespite how long ago it did so although another unit had just failed because of the schema: one statement
 *     is wrong, and others are not
 * @param mismatch the last failure because of the schema; empty if a unit was served since
 * @param sinceMismatch how long ago that was
 * @param full the last failure to store something because there was no room; empty if something was stored since
 * @param sinceFull how long ago that was
 * @param last the last failure of either kind, whatever was served since
 * @param sinceLast how long ago that was
 */
public record UnitCondition(
        Optional<Duration> sinceServed,
        Optional<Duration> sinceServedDespite,
        Optional<Failure> mismatch,
        Optional<Duration> sinceMismatch,
        Optional<Failure> full,
        Optional<Duration> sinceFull,
        Optional<Failure> last,
        Optional<Duration> sinceLast) {}
