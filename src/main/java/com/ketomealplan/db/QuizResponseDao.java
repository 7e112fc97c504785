package com.ketomealplan.db;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.api.QuizResponse;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.json.Json;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/** Quiz responses. */
@RegisterConstructorMapper(QuizResponse.class)
public interface QuizResponseDao {

    /** Stores what a user answered; returns its id. */
    @SqlQuery("""
            INSERT INTO quiz_responses (user_id, quiz_data)
            VALUES (:userId, CAST(:quizData AS jsonb))
            RETURNING id
            """)
    UUID insert(UUID userId, @Json ObjectNode quizData);

    /** A user's responses, the newest first. */
    @SqlQuery("""
            SELECT id, user_id, quiz_data, created_at
            FROM quiz_responses
            WHERE user_id = :userId
            ORDER BY created_at DESC, id
            LIMIT :limit OFFSET :offset
            """)
    List<QuizResponse> findByUser(UUID userId, int limit, int offset);
}
