package com.ketomealplan.db;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.api.QuizResponse;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.json.Json;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** Quiz responses. */
@RegisterRowMapper(QuizResponseMapper.class)
public interface QuizResponseDao {

    /** Stores a quiz response; returns its id. */
    @SqlQuery("""
            INSERT INTO quiz_responses (user_id, quiz_data)
            VALUES (:userId, CAST(:quizData AS jsonb))
            RETURNING id
            """)
    UUID insert(UUID userId, @Json ObjectNode quizData);

    /**
     * Stores a quiz response of a user that may not exist: empty then. The user's row is locked as by the foreign key, so that a concurrent
     * deletion is waited for.
     */
    @SqlQuery("""
            INSERT INTO quiz_responses (user_id, quiz_data)
            SELECT users.id, CAST(:quizData AS jsonb) FROM users WHERE users.id = :userId
            FOR KEY SHARE
            RETURNING id, user_id, quiz_data, created_at
            """)
    Optional<QuizResponse> insertIfUser(UUID userId, @Json ObjectNode quizData);

    @SqlQuery("""
            SELECT id, user_id, quiz_data, created_at
            FROM quiz_responses
            WHERE id = :id AND user_id = :userId
            """)
    Optional<QuizResponse> find(UUID userId, UUID id);

    /** Returns a user's responses after a position, newest first; empty if there is no such user. */
    default Optional<List<QuizResponse>> findAfter(UUID userId, Position place, int limit) {
        List<QuizResponse> rows = findBefore(userId, place.time(), place.id(), limit);
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(rows.stream().filter(Objects::nonNull).toList());
    }

    /** Returns the responses before a position, newest first, joined to the user: a user without any has one row of nulls. */
    @SqlQuery("""
            SELECT page.id, page.user_id, page.quiz_data, page.created_at
            FROM users
            LEFT JOIN LATERAL (
                SELECT id, user_id, quiz_data, created_at
                FROM quiz_responses
                WHERE user_id = users.id AND (created_at, id) < (CAST(:createdAt AS timestamptz), :id)
                ORDER BY created_at DESC, id DESC
                LIMIT :limit) AS page ON true
            WHERE users.id = :userId
            ORDER BY page.created_at DESC, page.id DESC
            """)
    List<QuizResponse> findBefore(UUID userId, String createdAt, UUID id, int limit);

    /** Removes one; false if there is none. */
    @SqlUpdate("DELETE FROM quiz_responses WHERE id = :id AND user_id = :userId")
    boolean delete(UUID userId, UUID id);
}
