package com.ketomealplan.resources;

import com.ketomealplan.api.HealthReport;
import com.ketomealplan.api.HealthReport.Components;
import com.ketomealplan.api.HealthReport.DatabaseReport;
import com.ketomealplan.neon.Deployment;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.health.DatabaseCondition;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.health.DatabaseStatus;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.Optional;

/** The service's health, for load balancers and monitoring. */
@Path("/health")
@Tag(name = "health")
@Produces(MediaType.APPLICATION_JSON)
public final class HealthResource {

    private static final String HEALTHY = "healthy";
    private static final String UNHEALTHY = "unhealthy";

    private final String service;
    private final Deployment deployment;
    private final Pool pool;
    private final DatabaseProbe probe;

    public HealthResource(String service, Deployment deployment, Pool pool, DatabaseProbe probe) {
        this.service = service;
        this.deployment = deployment;
        this.pool = pool;
        this.probe = probe;
    }

    /**
     * Returns 200 if the database can be used or may be asleep, else 503. Responds at once, from memory; after a start, it waits until
     * the first probe has its result, for a second at most.
     *
     * @param ask whether the database is queried first, even if that wakes it; within five seconds
     */
    @GET
    @ApiResponse(
            responseCode = "200",
            description = "The database can be used, or may be asleep.",
            content = @Content(schema = @Schema(implementation = HealthReport.class)))
    @ApiResponse(
            responseCode = "503",
            description = "The database cannot be used.",
            content = @Content(schema = @Schema(implementation = HealthReport.class)))
    public Response get(@QueryParam("probe") boolean ask) {
        Optional<Failure> failure = ask ? probe.probe() : Optional.empty();
        DatabaseReport database = report(probe.currentStatus(), failure);
        HealthReport report = new HealthReport(
                database.status(), service, deployment.stage().toString(), new Components(HEALTHY, database));
        return Response.status(database.error() == null ? Status.OK : Status.SERVICE_UNAVAILABLE)
                .entity(report)
                .build();
    }

    private DatabaseReport report(DatabaseStatus now, Optional<Failure> failure) {
        DatabaseCondition condition = now.condition();
        String error = failure.map(Failure::kind)
                .map(FailureKind::explanation)
                .orElse(now.isHealthy() ? null : now.explanation());
        boolean pooled = pool.strategy() == PoolingStrategy.POOLED;
        PoolStatistics statistics = pool.statistics();
        return new DatabaseReport(
                error == null ? HEALTHY : UNHEALTHY,
                failure.isPresent() ? DatabaseCondition.DOWN.connectionLabel() : now.connectionLabel(),
                error,
                pooled ? statistics.kept() : null,
                pooled ? statistics.overflow() : null,
                pooled ? statistics.active() : null,
                condition.label(),
                now.since(),
                now.explanation(),
                now.lastSuccess().orElse(null),
                now.lastFailure().orElse(null),
                now.failure().map(reason -> reason.kind().explanation()).orElse(null));
    }
}
