package com.ketomealplan.db;

import com.ketomealplan.api.QuizResponse;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** Maps a quiz response of a page from a row; null for a user without any. */
public final class ListedQuizResponseMapper implements RowMapper<ListedQuizResponse> {

    private final QuizResponseMapper responses = new QuizResponseMapper();

    @Override
    public ListedQuizResponse map(ResultSet row, StatementContext context) throws SQLException {
        QuizResponse response = responses.map(row, context);
        return response == null ? null : new ListedQuizResponse(response, row.getBoolean("followed"));
    }
}
