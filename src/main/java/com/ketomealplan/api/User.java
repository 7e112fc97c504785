package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;

/** A user. */
@Schema(description = "A user.")
@JsonNaming(SnakeCaseStrategy.class)
public record User(
        @Schema(example = "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        UUID id,

        @Schema(example = "ada@example.com") String email,
        @Schema(example = "2026-01-01T00:00:00Z") Instant createdAt) {}
