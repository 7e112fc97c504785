package com.ketomealplan.documentation.notes;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/** Notes. */
@RegisterConstructorMapper(Note.class)
public interface NoteDao {

    /** Stores a note; empty if there is no such user. */
    @SqlQuery("""
            INSERT INTO notes (user_id, text)
            SELECT users.id, :text FROM users WHERE users.id = :userId
            FOR KEY SHARE
            RETURNING id, user_id, text, created_at
            """)
    Optional<Note> insert(UUID userId, String text);

    /** The notes about a user, the newest first. */
    @SqlQuery("""
            SELECT id, user_id, text, created_at
            FROM notes
            WHERE user_id = :userId
            ORDER BY created_at DESC, id DESC
            LIMIT :limit
            """)
    List<Note> find(UUID userId, int limit);
}
