package com.ketomealplan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;

/**
 * The answer of {@code GET /health}, in the shape that monitoring of the FastAPI service knows.
 *
 * @param status {@code healthy} or {@code unhealthy}
 */
public record HealthReport(String status, String service, String environment, Components components) {

    /** The parts that are reported on. */
    public record Components(String api, DatabaseReport database) {}

    /**
     * The database's part. What does not apply is left out.
     *
     * @param status {@code healthy} or {@code unhealthy}
     * @param database {@code connected}, {@code disconnected}, or {@code idle} if nobody needs a connection
     * @param error what is wrong, in words that give nothing away
     * @param poolSize how many connections are kept; left out where none is, like the two that follow
     * @param poolOverflow how many are open beyond those
     * @param poolCheckedOut how many are in use
     * @param state up, asleep, waking, busy, login_refused, throttled, over_quota, schema_mismatch, storage_full,
     *     misconfigured or down
     * @param since since when
     * @param explanation the state in a sentence
     * @param lastSuccess when the database last answered
     * @param lastFailure when a connection to it could last not be opened
     * @param lastFailureReason why, in words that give nothing away
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DatabaseReport(
            String status,
            String database,
            String error,
            Integer poolSize,
            Integer poolOverflow,
            Integer poolCheckedOut,
            String state,
            Instant since,
            String explanation,
            Instant lastSuccess,
            Instant lastFailure,
            String lastFailureReason) {}
}
