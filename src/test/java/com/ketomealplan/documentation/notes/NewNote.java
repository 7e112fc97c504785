package com.ketomealplan.documentation.notes;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** The body of {@code POST /users/{user_id}/notes}. */
@Schema(description = "A note to be stored.")
public record NewNote(@NotNull @Size(min = 1, max = 1_000) String text) {}
