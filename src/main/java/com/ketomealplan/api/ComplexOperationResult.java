package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.UUID;

/** The answer of {@code POST /complex-operation}: what was created. */
@JsonNaming(SnakeCaseStrategy.class)
public record ComplexOperationResult(UUID userId, UUID quizId) {}
