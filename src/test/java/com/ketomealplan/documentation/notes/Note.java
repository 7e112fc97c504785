package com.ketomealplan.documentation.notes;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;

/** A note about a user. */
@Schema(description = "A note about a user.")
@JsonNaming(SnakeCaseStrategy.class)
public record Note(UUID id, UUID userId, String text, Instant createdAt) {}
