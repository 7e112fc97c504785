package com.ketomealplan.neon.health;

import com.codahale.metrics.health.HealthCheck;

/** The probe at the admin port. */
public final class DatabaseHealthCheck extends HealthCheck {

    private final DatabaseProbe probe;

    public DatabaseHealthCheck(DatabaseProbe probe) {
        this.probe = probe;
    }

    @Override
    protected Result check() {
        DatabaseProbe.Result result = probe.check();
        return result.healthy()
                ? Result.healthy()
                : Result.builder().unhealthy().withMessage(result.cause()).build();
    }
}
