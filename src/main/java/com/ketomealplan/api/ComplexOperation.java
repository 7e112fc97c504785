package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;

/** The body of {@code POST /complex-operation}: a new user and the answers to a quiz. */
@Schema(description = "A new user, and the answers to a quiz.")
@JsonNaming(SnakeCaseStrategy.class)
public record ComplexOperation(
        @NotNull @EmailAddress String email,
        @NotNull @StorableJson ObjectNode quizData) {}
