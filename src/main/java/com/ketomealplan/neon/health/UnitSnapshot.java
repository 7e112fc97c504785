package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.Optional;

/**
 * A snapshot of {@link UnitOutcomes}.
 *
 * @param sinceServed the time since a unit of work was last served
 * @param sinceServedDespite the time since a unit was served although another one had just failed because of the schema: one statement
 *     is wrong, and others are not
 * @param mismatch the last failure because of the schema; empty if a unit was served since
 * @param sinceMismatch the time since that failure
 * @param full the last failure because of a full disk; empty if something was stored since
 * @param sinceFull the time since that failure
 * @param last the last failure of either kind, also if units were served since
 * @param sinceLast the time since that failure
 */
record UnitSnapshot(
        Optional<Duration> sinceServed,
        Optional<Duration> sinceServedDespite,
        Optional<Failure> mismatch,
        Optional<Duration> sinceMismatch,
        Optional<Failure> full,
        Optional<Duration> sinceFull,
        Optional<Failure> last,
        Optional<Duration> sinceLast) {}
