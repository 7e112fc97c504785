package com.ketomealplan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;

/**
 * The response of {@code GET /health}, in the format of the FastAPI service.
 *
 * @param status {@code healthy} or {@code unhealthy}
 */
@Schema(description = "The service's health.")
public record HealthReport(
        @Schema(allowableValues = {"healthy", "unhealthy"}) String status,
        @Schema(example = "keto-meal-plan-api") String service,

        @Schema(allowableValues = {"development", "production"})
        String environment,

        Components components) {

    /** The parts of the service. */
    @Schema(name = "HealthOfComponents", description = "The parts that are reported on.")
    public record Components(
            @Schema(allowableValues = "healthy") String api, DatabaseReport database) {}

    /**
     * The part of the database. What does not apply is left out.
     *
     * @param status {@code healthy} or {@code unhealthy}
     * @param database {@code connected}, {@code disconnected}, or {@code idle} if no connection is needed
     * @param error the error, without internals
     * @param poolSize how many idle connections are kept; left out where none is, like the two that follow
     * @param poolOverflow how many are open beyond those
     * @param poolCheckedOut how many are in use
     * @param state up, asleep, waking, busy, login_refused, throttled, over_quota, schema_mismatch, storage_full,
     *     misconfigured or down
     * @param since when the state began
     * @param explanation the state in a sentence
     * @param lastSuccess when the database last answered
     * @param lastFailure when opening a connection last failed
     * @param lastFailureReason the reason, without internals
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(description = "The database's part. What does not apply is left out.")
    public record DatabaseReport(
            @Schema(
                    requiredMode = RequiredMode.REQUIRED,
                    allowableValues = {"healthy", "unhealthy"})
            String status,

            @Schema(
                    requiredMode = RequiredMode.REQUIRED,
                    description = "`idle` if nobody needs a connection.",
                    allowableValues = {"connected", "disconnected", "idle"})
            String database,

            @Schema(description = "What is wrong, in words that give nothing away.")
            String error,

            @Schema(
                    description =
                            "How many idle connections are kept, as it is set; not how many are open. Open are this many and"
                                    + " `pool_overflow`, or fewer.")
            Integer poolSize,

            @Schema(description = "How many are open beyond those.")
            Integer poolOverflow,

            @Schema(description = "How many are in use.") Integer poolCheckedOut,

            @Schema(
                    requiredMode = RequiredMode.REQUIRED,
                    description = "What is known of the database.",
                    allowableValues = {
                        "up",
                        "asleep",
                        "waking",
                        "busy",
                        "login_refused",
                        "throttled",
                        "over_quota",
                        "schema_mismatch",
                        "storage_full",
                        "misconfigured",
                        "down"
                    })
            String state,

            @Schema(requiredMode = RequiredMode.REQUIRED) Instant since,

            @Schema(requiredMode = RequiredMode.REQUIRED, description = "The state in a sentence.")
            String explanation,

            @Schema(description = "When the database last answered.")
            Instant lastSuccess,

            @Schema(description = "When a connection to it could last not be opened.")
            Instant lastFailure,

            @Schema(description = "Why, in words that give nothing away.")
            String lastFailureReason) {}
}
