package com.ketomealplan.resources;

import com.ketomealplan.api.HealthReport;
import com.ketomealplan.neon.Deployment;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

/** The service's health, for load balancers and monitoring. */
@Path("/health")
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
     * 200 if the database can be used, 503 if not; within five seconds.
     *
     * @param always whether the database is asked, also where that would wake it
     */
    @GET
    public Response get(@QueryParam("probe") boolean always) {
        DatabaseProbe.Result result = always ? probe.ask() : probe.check();
        String status = result.healthy() ? HEALTHY : UNHEALTHY;
        HealthReport report = new HealthReport(
                status,
                service,
                deployment.stage().toString(),
                new HealthReport.Components(HEALTHY, databaseReport(result)));
        CacheControl notKept = new CacheControl();
        notKept.setNoStore(true);
        return Response.status(result.healthy() ? Status.OK : Status.SERVICE_UNAVAILABLE)
                .cacheControl(notKept)
                .entity(report)
                .build();
    }

    private HealthReport.DatabaseReport databaseReport(DatabaseProbe.Result result) {
        String status = result.healthy() ? HEALTHY : UNHEALTHY;
        String database = result.state().inWords();
        String error = result.healthy() ? null : result.explanation();
        if (pool.strategy() == PoolingStrategy.PER_REQUEST) {
            return new HealthReport.DatabaseReport(status, database, error, null, null, null);
        }
        PoolStatistics now = pool.statistics();
        return new HealthReport.DatabaseReport(status, database, error, now.kept(), now.overflow(), now.active());
    }
}
