package com.ketomealplan.neon;

import com.ketomealplan.neon.pool.Retention;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The {@code pooled:} block of {@link NeonDataSourceFactory}. What is left out has its default.
 *
 * @param keep how many idle connections are kept open; 5 by default
 * @param overflow how many more may be opened under load; 10 by default
 * @param overflowIdleTime the idle timeout of those; null for the default, which is 60 seconds on Neon, where opening
 *     another one takes longest, and 2 seconds elsewhere
 * @param maxConnectionAge the max lifetime of a connection, enforced when it is borrowed or returned; 1 hour by default
 */
public record PooledSettings(
        @Min(value = 1, message = "must be at least 1; to keep none, write pooling: per_request") @Max(value = 1000, message = "must be at most 1000") Integer keep,

        @Min(value = 0, message = "must be 0 or more") @Max(value = 1000, message = "must be at most 1000") Integer overflow,

        @MinDuration(value = 1, unit = TimeUnit.MILLISECONDS, message = "must be at least 1ms")
        @MaxDuration(value = 1, unit = TimeUnit.HOURS, message = "must be at most 1h")
        Duration overflowIdleTime,

        @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
        Duration maxConnectionAge) {

    static final PooledSettings DEFAULT = new PooledSettings(5, 10, null, Duration.hours(1));

    public PooledSettings {
        keep = Objects.requireNonNullElseGet(keep, () -> DEFAULT.keep);
        overflow = Objects.requireNonNullElseGet(overflow, () -> DEFAULT.overflow);
        maxConnectionAge = Objects.requireNonNullElseGet(maxConnectionAge, () -> DEFAULT.maxConnectionAge);
    }

    Retention retention(boolean neon) {
        Duration idleTime = Objects.requireNonNullElse(overflowIdleTime, Duration.seconds(neon ? 60 : 2));
        return Retention.pooled(keep, overflow, idleTime.toJavaDuration(), maxConnectionAge.toJavaDuration());
    }
}
