package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;

/** The body of {@code POST /users/{user_id}/quiz-responses}. */
@Schema(description = "What a user answered in a quiz, to be stored.")
@JsonNaming(SnakeCaseStrategy.class)
public record NewQuizResponse(@NotNull @StorableJson ObjectNode quizData) {}
