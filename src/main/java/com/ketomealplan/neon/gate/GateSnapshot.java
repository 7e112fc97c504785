package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.Optional;

/**
 * A snapshot of a {@link WakeGate}.
 *
 * @param down whether the server is known to be down: out of reach, silent, or refusing with transient errors for seconds
 * @param attempting whether an attempt is under way
 * @param loggingIn how long the oldest attempt in its log-in phase, in which a compute wakes, has been in it
 * @param sinceOpened the time since a connection was last opened
 * @param lastFailure the last failure of an attempt
 * @param sinceFailure the time since that failure
 * @param failing whether the last attempt failed, and callers do not wait for new credentials
 */
public record GateSnapshot(
        boolean down,
        boolean attempting,
        Optional<Duration> loggingIn,
        Optional<Duration> sinceOpened,
        Optional<Failure> lastFailure,
        Optional<Duration> sinceFailure,
        boolean failing) {}
