package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestDatabase;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementException;
import org.junit.jupiter.api.Test;

/** A row that the server refuses, by a policy or by a view. Not in FailureTest, which the mutation tests repeat without a database. */
class RefusedRowTest {

    /** By a check that depends on the row: the schema and the role's privileges are as they should be. */
    @Test
    void aRowThatTheServerRefusesIsInvalidData() {
        TestDatabase database = TestDatabase.empty();
        String role = database.endpoint().database() + "_tenant";
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE TABLE rows (tenant text)");
            handle.execute("ALTER TABLE rows ENABLE ROW LEVEL SECURITY");
            handle.execute("CREATE POLICY own ON rows USING (tenant = current_user)");
            handle.execute("CREATE VIEW small AS SELECT * FROM rows WHERE tenant < 'b' WITH CHECK OPTION");
            handle.execute("CREATE ROLE " + role);
            try {
                handle.execute("GRANT INSERT ON rows TO " + role);
                handle.execute("SET ROLE " + role);
                assertThat(kindOf(handle, "INSERT INTO rows VALUES (current_user)"))
                        .isEmpty();
                assertThat(kindOf(handle, "INSERT INTO rows VALUES ('other')")).contains(FailureKind.INVALID_DATA);
                assertThat(kindOf(handle, "DELETE FROM rows")).contains(FailureKind.SCHEMA_MISMATCH);
                handle.execute("RESET ROLE");
                assertThat(kindOf(handle, "INSERT INTO small VALUES ('c')")).contains(FailureKind.INVALID_DATA);
            } finally {
                handle.execute("RESET ROLE");
                handle.execute("DROP OWNED BY " + role);
                handle.execute("DROP ROLE " + role);
            }
        });
    }

    private static Optional<FailureKind> kindOf(Handle handle, String sql) {
        try {
            handle.execute(sql);
            return Optional.empty();
        } catch (StatementException e) {
            return Optional.of(Failure.of(e).kind());
        }
    }
}
