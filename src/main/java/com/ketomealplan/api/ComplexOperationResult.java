package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;

/** The answer of {@code POST /complex-operation}: what was created. */
@Schema(description = "What was created.")
@JsonNaming(SnakeCaseStrategy.class)
public record ComplexOperationResult(
        @Schema(example = "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        UUID userId,

        @Schema(example = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80")
        UUID quizId) {}
