package com.ketomealplan.documentation.notes;

import com.ketomealplan.neon.transaction.Replayable;
import java.util.UUID;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Merges two users. */
public interface MergeDao {

    @SqlUpdate("UPDATE notes SET user_id = :into WHERE user_id = :from")
    void moveNotes(UUID from, UUID into);

    @SqlUpdate("DELETE FROM users WHERE id = :from")
    void deleteUser(UUID from);

    /** One unit of work. */
    @Transaction
    @Replayable
    default void merge(UUID from, UUID into) {
        moveNotes(from, into);
        deleteUser(from);
    }
}
