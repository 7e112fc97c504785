package com.ketomealplan.neon;

import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The {@code unitOfWork:} block of {@link NeonDataSourceFactory}. What is left out has its default.
 *
 * @param deadline how long a request may work with the database; 5 seconds by default
 * @param deadlineOutsideRequests how long a connection may be borrowed outside of requests, by tasks or threads; 1 minute by default
 * @param wakeBudget the time for a wake of the compute, in addition to the deadline; 15 seconds by default
 * @param idleInTransactionTimeout after what time an idle transaction is ended; 1 minute by default. Neon ends it after five
 * @param idempotencyKeyLifetime how long the response to a request with an {@code Idempotency-Key} is stored; 24 hours by default
 * @param maxStoredAnswer the largest body that is stored; a request with a larger response is executed again when it is repeated;
 *     256 KiB by default
 */
public record UnitOfWorkSettings(
        @MinDuration(value = 100, unit = TimeUnit.MILLISECONDS, message = "must be at least 100ms")
        @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
        Duration deadline,

        @MinDuration(value = 100, unit = TimeUnit.MILLISECONDS, message = "must be at least 100ms")
        @MaxDuration(value = 1, unit = TimeUnit.DAYS, message = "must be at most 1d")
        Duration deadlineOutsideRequests,

        @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
        Duration wakeBudget,

        @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
        @MaxDuration(value = 5, unit = TimeUnit.MINUTES, message = "must be at most 5m")
        Duration idleInTransactionTimeout,

        @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
        @MaxDuration(value = 365, unit = TimeUnit.DAYS, message = "must be at most 365d")
        Duration idempotencyKeyLifetime,

        @MaxDataSize(value = 16, unit = DataSizeUnit.MEBIBYTES, message = "must be at most 16MiB")
        DataSize maxStoredAnswer) {

    static final UnitOfWorkSettings DEFAULT = new UnitOfWorkSettings(
            Duration.seconds(5),
            Duration.minutes(1),
            Duration.seconds(15),
            Duration.minutes(1),
            Duration.hours(24),
            DataSize.kibibytes(256));

    public UnitOfWorkSettings {
        deadline = Objects.requireNonNullElseGet(deadline, () -> DEFAULT.deadline);
        deadlineOutsideRequests =
                Objects.requireNonNullElseGet(deadlineOutsideRequests, () -> DEFAULT.deadlineOutsideRequests);
        wakeBudget = Objects.requireNonNullElseGet(wakeBudget, () -> DEFAULT.wakeBudget);
        idleInTransactionTimeout =
                Objects.requireNonNullElseGet(idleInTransactionTimeout, () -> DEFAULT.idleInTransactionTimeout);
        maxStoredAnswer = Objects.requireNonNullElseGet(maxStoredAnswer, () -> DEFAULT.maxStoredAnswer);
        idempotencyKeyLifetime =
                Objects.requireNonNullElseGet(idempotencyKeyLifetime, () -> DEFAULT.idempotencyKeyLifetime);
    }

    /**
     * Returns the {@code statement_timeout} of sessions, for when this side cannot cancel any more: a second after a request's
     * deadline.
     */
    java.time.Duration serverTimeout() {
        return deadline.toJavaDuration().plusSeconds(1);
    }
}
