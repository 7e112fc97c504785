package com.ketomealplan.http;

import java.time.Duration;

/**
 * How long a process that is told to stop serves on.
 *
 * @param timeout the longest
 * @param quietPeriod how long nothing has to arrive before it is believed that nothing will
 * @param byOldName whether the configuration calls the first one {@code drainTime}
 */
public record DrainSettings(Duration timeout, Duration quietPeriod, boolean byOldName) {}
