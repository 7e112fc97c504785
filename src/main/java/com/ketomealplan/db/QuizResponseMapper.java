package com.ketomealplan.db;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.api.QuizResponse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.qualifier.QualifiedType;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.json.Json;

/** Maps a quiz response from a row; null for a user without any. */
public final class QuizResponseMapper implements RowMapper<QuizResponse> {

    private static final QualifiedType<ObjectNode> JSON =
            QualifiedType.of(ObjectNode.class).with(Json.class);

    @Override
    public QuizResponse map(ResultSet row, StatementContext context) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        if (id == null) {
            return null;
        }
        return new QuizResponse(
                id,
                row.getObject("user_id", UUID.class),
                context.findColumnMapperFor(JSON).orElseThrow().map(row, "quiz_data", context),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
