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

    /** The bytes of JSON after which a page ends, unless its first response has more. */
    int MAX_PAGE_BYTES = 1 << 20;

    /**
     * Returns a user's responses after a position, newest first: so many at most, and not more than {@link #MAX_PAGE_BYTES} begin with. Empty
     * if there is no such user.
     */
    default Optional<List<ListedQuizResponse>> findAfter(UUID userId, Position place, int limit) {
        List<ListedQuizResponse> rows = findBefore(userId, place.time(), place.id(), limit, MAX_PAGE_BYTES);
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(rows.stream().filter(Objects::nonNull).toList());
    }

    /**
     * Returns the responses before a position, newest first, joined to the user: a user without any has one row of nulls. It goes from row to
     * row, so that no more of them are written out as text, to be measured, than the page has, and one.
     */
    @SqlQuery("""
            SELECT page.id, users.id AS user_id, page.quiz_data, page.created_at, page.followed
            FROM users
            LEFT JOIN LATERAL (
                WITH RECURSIVE walk AS (
                    (SELECT id, created_at, quiz_data, octet_length(CAST(quiz_data AS text)) AS bytes, 1 AS place,
                        CAST(0 AS bigint) AS before
                    FROM quiz_responses
                    WHERE user_id = users.id AND (created_at, id) < (CAST(:createdAt AS timestamptz), :id)
                    ORDER BY created_at DESC, id DESC
                    LIMIT 1)
                    UNION ALL
                    SELECT next.id, next.created_at, next.quiz_data, octet_length(CAST(next.quiz_data AS text)),
                        walk.place + 1, walk.before + walk.bytes
                    FROM walk CROSS JOIN LATERAL (
                        SELECT id, created_at, quiz_data
                        FROM quiz_responses
                        WHERE user_id = users.id AND (created_at, id) < (walk.created_at, walk.id)
                        ORDER BY created_at DESC, id DESC
                        LIMIT 1) AS next
                    WHERE walk.place <= :limit AND walk.before < :maxBytes)
                SELECT *, lead(place) OVER (ORDER BY place) IS NOT NULL AS followed FROM walk) AS page
            ON page.place <= :limit AND page.before < :maxBytes
            WHERE users.id = :userId
            ORDER BY page.place
            """)
    @RegisterRowMapper(ListedQuizResponseMapper.class)
    List<ListedQuizResponse> findBefore(UUID userId, String createdAt, UUID id, int limit, int maxBytes);

    /** Removes one; false if there is none. */
    @SqlUpdate("DELETE FROM quiz_responses WHERE id = :id AND user_id = :userId")
    boolean delete(UUID userId, UUID id);
}
