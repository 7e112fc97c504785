package com.ketomealplan.http.drain;

import java.time.Duration;

/**
 * How long a process that is stopped keeps serving.
 *
 * @param timeout the maximum
 * @param quietPeriod how long no request may arrive before the drain ends
 * @param byOldName whether the configuration uses the deprecated name {@code drainTime}
 */
public record DrainSettings(Duration timeout, Duration quietPeriod, boolean byOldName) {}
