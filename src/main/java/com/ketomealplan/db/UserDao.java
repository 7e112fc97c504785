package com.ketomealplan.db;

import com.ketomealplan.api.User;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/** Users. */
@RegisterRowMapper(UserMapper.class)
public interface UserDao {

    /** Stores a user; empty if there is one with this e-mail address already, in whatever letter case. */
    @SqlQuery("""
            INSERT INTO users (email)
            VALUES (:email)
            ON CONFLICT (lower(email)) DO NOTHING
            RETURNING id, email, created_at
            """)
    Optional<User> insert(String email);

    @SqlQuery("SELECT id, email, created_at FROM users WHERE id = :id")
    Optional<User> find(UUID id);
}
