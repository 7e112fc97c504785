package com.ketomealplan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * The answer of {@code GET /health}, in the shape that monitoring of the FastAPI service knows.
 *
 * @param status {@code healthy} or {@code unhealthy}
 */
public record HealthReport(String status, String service, String environment, Components components) {

    /** The parts that are reported on. */
    public record Components(String api, DatabaseReport database) {}

    /**
     * The database's part.
     *
     * @param status {@code healthy} or {@code unhealthy}
     * @param database {@code connected}, {@code disconnected}, or {@code idle} if nobody needs a connection and nobody asked
     * @param error what is wrong, in words that give nothing away; left out if nothing is
     * @param poolSize how many connections are kept; left out where none is, like the two that follow
     * @param poolOverflow how many are open beyond those
     * @param poolCheckedOut how many are in use
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DatabaseReport(
            String status,
            String database,
            String error,
            Integer poolSize,
            Integer poolOverflow,
            Integer poolCheckedOut) {}
}
