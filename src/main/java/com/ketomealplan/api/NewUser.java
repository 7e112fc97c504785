package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;

/** The body of {@code POST /users}. */
@Schema(description = "A user to be stored.")
@JsonNaming(SnakeCaseStrategy.class)
public record NewUser(@NotNull @EmailAddress String email) {}
