package com.ketomealplan.neon.health;

import com.codahale.metrics.health.HealthCheck;

/** The health check of the database at the admin port, with the full cause of a failure. */
public final class DatabaseHealthCheck extends HealthCheck {

    private final DatabaseProbe probe;

    public DatabaseHealthCheck(DatabaseProbe probe) {
        this.probe = probe;
    }

    @Override
    protected Result check() {
        DatabaseStatus status = probe.currentStatus();
        ResultBuilder result = Result.builder()
                .withDetail("state", status.condition().label())
                .withDetail("since", status.since().toString());
        status.lastSuccess().ifPresent(time -> result.withDetail("last_success", time.toString()));
        status.lastFailure().ifPresent(time -> result.withDetail("last_failure", time.toString()));
        status.failure().ifPresent(failure -> result.withDetail("last_failure_cause", failure.cause()));
        return (status.isHealthy() ? result.healthy() : result.unhealthy())
                .withMessage(status.cause())
                .build();
    }
}
