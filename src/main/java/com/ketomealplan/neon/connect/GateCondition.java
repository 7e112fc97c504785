package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.Optional;

/**
 * What a {@link WakeGate} knows of the server at one moment.
 *
 * @param open how many connections are open
 * @param down whether the server is known to be out of reach
 * @param attempting whether an attempt to open one is under way
 * @param loggingIn for how long an attempt has waited for the end of its log-in, in which a compute wakes; the longest one
 * @param sinceOpened how long ago a connection was opened
 * @param lastFailure the last failure to open one
 * @param sinceFailure how long ago that was
 * @param failing whether no connection was opened since
 */
public record GateCondition(
        int open,
        boolean down,
        boolean attempting,
        Optional<Duration> loggingIn,
        Optional<Duration> sinceOpened,
        Optional<Failure> lastFailure,
        Optional<Duration> sinceFailure,
        boolean failing) {}
