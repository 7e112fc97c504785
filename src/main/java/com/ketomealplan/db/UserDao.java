package com.ketomealplan.db;

import com.ketomealplan.neon.failure.Failure;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Users. */
@RegisterRowMapper(UserMapper.class)
public interface UserDao {

    /** Stores a user; empty if there is one with this e-mail address, ignoring case. */
    @SqlQuery("""
            INSERT INTO users (email)
            VALUES (:email)
            ON CONFLICT (lower(email)) DO NOTHING
            RETURNING id, email, created_at, version
            """)
    Optional<StoredUser> insert(String email);

    @SqlQuery("SELECT id, email, created_at, version FROM users WHERE id = :id")
    Optional<StoredUser> find(UUID id);

    /** Returns the users after a position, newest first. */
    default List<StoredUser> findAfter(Position place, int limit) {
        return findBefore(place.time(), place.id(), limit);
    }

    /** Returns the users before a position, newest first. */
    @SqlQuery("""
            SELECT id, email, created_at, version
            FROM users
            WHERE (created_at, id) < (CAST(:createdAt AS timestamptz), :id)
            ORDER BY created_at DESC, id DESC
            LIMIT :limit
            """)
    List<StoredUser> findBefore(String createdAt, UUID id, int limit);

    /**
     * Changes a user.
     *
     * @param email null to keep the stored one
     * @return empty if there is no user with this id in one of these versions
     * @throws EmailTakenException if another user has it
     */
    default Optional<StoredUser> update(UUID id, String email, Versions versions) {
        try {
            return updateIf(id, email, versions.array());
        } catch (JdbiException e) {
            throw isOfEmail(e) ? new EmailTakenException() : e;
        }
    }

    /** The version is not incremented if nothing changes. */
    @SqlQuery("""
            UPDATE users
            SET email = coalesce(:email, email),
                version = version + CASE WHEN email = coalesce(:email, email) THEN 0 ELSE 1 END
            WHERE id = :id
              AND (CAST(:versions AS bigint[]) IS NULL OR version = ANY (CAST(:versions AS bigint[])))
            RETURNING id, email, created_at, version
            """)
    Optional<StoredUser> updateIf(UUID id, String email, String versions);

    /** Removes a user with all quiz responses; false if there is none with this id in one of these versions. */
    default boolean delete(UUID id, Versions versions) {
        return deleteIf(id, versions.array());
    }

    @SqlUpdate("""
            DELETE FROM users
            WHERE id = :id
              AND (CAST(:versions AS bigint[]) IS NULL OR version = ANY (CAST(:versions AS bigint[])))
            """)
    boolean deleteIf(UUID id, String versions);

    private static boolean isOfEmail(JdbiException refusal) {
        return Failure.find(refusal, PSQLException.class)
                .map(PSQLException::getServerErrorMessage)
                .map(ServerErrorMessage::getConstraint)
                .filter("users_email_key"::equals)
                .isPresent();
    }
}
