package com.ketomealplan.neon;

import com.ketomealplan.neon.observe.AwakeLedger;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The {@code compute:} block of {@link NeonDataSourceFactory}: the properties of the compute, as in the Neon console, for the
 * {@link AwakeLedger}. What is left out has its default.
 *
 * @param suspendAfter how long it is idle before it suspends; 5 minutes by default, as on Neon
 * @param units its size in compute units; null if unknown
 */
public record ComputeSettings(
        @MinDuration(value = 1, unit = TimeUnit.MINUTES, message = "must be at least 1m")
        @MaxDuration(value = 7, unit = TimeUnit.DAYS, message = "must be at most 7d")
        Duration suspendAfter,

        @DecimalMin(value = "0.25", message = "must be at least 0.25") @DecimalMax(value = "56", message = "must be at most 56") Double units) {

    static final ComputeSettings DEFAULT = new ComputeSettings(Duration.minutes(5), null);

    public ComputeSettings {
        suspendAfter = Objects.requireNonNullElseGet(suspendAfter, () -> DEFAULT.suspendAfter);
    }

    AwakeLedger ledger(boolean neon) {
        return new AwakeLedger(Clock.systemUTC(), suspendAfter.toJavaDuration(), Optional.ofNullable(units), neon);
    }
}
