package com.ketomealplan.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.swagger.v3.oas.annotations.media.Schema;

/**
 * The body of {@code PATCH /users/{user_id}}: a JSON Merge Patch (RFC 7396).
 *
 * @param email null if it is not changed
 */
@Schema(description = "What is to change of a user. What is left out stays; null is refused.")
@JsonNaming(SnakeCaseStrategy.class)
public record UserPatch(
        @JsonDeserialize(using = TextOrAbsent.class) @EmailAddress
        String email) {

    public static final String MEDIA_TYPE = "application/merge-patch+json";
}
