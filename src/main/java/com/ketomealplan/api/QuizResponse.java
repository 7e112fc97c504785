package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.json.Json;

/** A user's answers to a quiz. */
@Schema(description = "What a user answered in a quiz.")
@JsonNaming(SnakeCaseStrategy.class)
public record QuizResponse(
        @Schema(example = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80")
        UUID id,

        @Schema(example = "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        UUID userId,

        @Schema(example = "{\"goal\": \"energy\"}") @Json ObjectNode quizData,
        @Schema(example = "2026-01-01T00:00:00Z") Instant createdAt) {}
