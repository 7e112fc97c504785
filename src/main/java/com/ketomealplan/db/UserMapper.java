package com.ketomealplan.db;

import com.ketomealplan.api.User;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** Maps a user from a row. By hand, because JDBI's constructor mapper inspects the constructor for each query. */
public final class UserMapper implements RowMapper<StoredUser> {

    @Override
    public StoredUser map(ResultSet row, StatementContext context) throws SQLException {
        User user = new User(
                row.getObject("id", UUID.class),
                row.getString("email"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
        return new StoredUser(user, row.getLong("version"));
    }
}
