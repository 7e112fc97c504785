package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.validation.constraints.NotNull;

/** The body of {@code POST /users/{user_id}/quiz-responses}. */
@JsonNaming(SnakeCaseStrategy.class)
public record NewQuizResponse(@NotNull @StorableJson ObjectNode quizData) {}
