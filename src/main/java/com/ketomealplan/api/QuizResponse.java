package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.json.Json;

/** What a user answered in a quiz. */
@JsonNaming(SnakeCaseStrategy.class)
public record QuizResponse(UUID id, UUID userId, @Json ObjectNode quizData, Instant createdAt) {}
