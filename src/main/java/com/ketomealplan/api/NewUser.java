package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;

/** The body of {@code POST /users}. */
@JsonNaming(SnakeCaseStrategy.class)
public record NewUser(@NotNull @EmailAddress String email) {}
