package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.UUID;

/** A user. */
@JsonNaming(SnakeCaseStrategy.class)
public record User(UUID id, String email, Instant createdAt) {}
