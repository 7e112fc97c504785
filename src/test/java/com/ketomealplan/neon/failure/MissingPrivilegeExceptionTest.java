package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class MissingPrivilegeExceptionTest {

    private static PSQLException denied(String message, String more) {
        return new PSQLException(new ServerErrorMessage("SERROR\0C42501\0M" + message + "\0" + more));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            table users       | INSERT INTO users (email) VALUES (?)                                       | INSERT ON TABLE users
            table users       | INSERT INTO users (email) VALUES (?) RETURNING id                          | INSERT, SELECT ON TABLE users
            table users       | INSERT INTO app.users VALUES (?) ON CONFLICT (id) DO UPDATE SET a = 1      | INSERT, UPDATE, SELECT ON TABLE app.users
            table users       | INSERT INTO copies SELECT * FROM users                                     | SELECT ON TABLE users
            table users       | update users set a = 1                                                     | UPDATE ON TABLE users
            table users       | DELETE FROM ONLY "users" WHERE id = ?                                      | DELETE, SELECT ON TABLE users
            table users       | SELECT * FROM other JOIN users USING (id) FOR UPDATE                       | UPDATE, SELECT ON TABLE users
            table users       | SELECT * FROM "An App".users u JOIN users ON TRUE                          | SELECT ON TABLE users
            table users       | SELECT * FROM other, users                                                 | ALL ON TABLE users
            table users       | SELECT u.users FROM app.users u                                            | SELECT ON TABLE app.users
            table users       | SELECT * FROM app.users x, other.users y                                   | SELECT ON TABLE users
            table users       | SELECT * FROM users_of_yesterday                                           | ALL ON TABLE users
            schema app        | SELECT * FROM app.users                                                    | USAGE ON SCHEMA app
            sequence users_id | INSERT INTO users VALUES (1)                                               | USAGE ON SEQUENCE users_id
            function secret   | SELECT secret()                                                            | EXECUTE ON ROUTINE secret
            """)
    void theCauseNamesTheRoleAndTheGrant(String what, String sql, String grant) {
        MissingPrivilegeException found = MissingPrivilegeException.of(
                        denied("permission denied for " + what, ""), sql, "app")
                .orElseThrow();

        Failure failure = Failure.of(found);
        assertThat(failure.kind()).isEqualTo(FailureKind.SCHEMA_MISMATCH);
        assertThat(failure.sqlState()).contains("42501");
        assertThat(failure.cause())
                .isEqualTo(
                        "permission denied for " + what + " (42501); the role app needs: GRANT " + grant + " TO app");
    }

    /** The server writes the name of the object without the quotes that SQL needs. */
    @Test
    void theGrantCanBeExecutedForAnyName() {
        String table = "\"Order-\"\"s\"";
        TestDatabase database = TestDatabase.empty();
        String role = database.endpoint().database() + "-\"Role";
        String quotedRole = "\"" + role.replace("\"", "\"\"") + "\"";
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE TABLE " + table + " (a int)");
            handle.execute("CREATE ROLE " + quotedRole);
            try {
                String sql = "SELECT a FROM public." + table;
                handle.execute("SET ROLE " + quotedRole);
                UnableToExecuteStatementException denied =
                        catchThrowableOfType(UnableToExecuteStatementException.class, () -> handle.execute(sql));
                String cause = Failure.of(
                                MissingPrivilegeException.of(denied, role).orElseThrow())
                        .cause();
                handle.execute("RESET ROLE");
                String grant = cause.substring(cause.indexOf("GRANT "));
                assertThat(grant).startsWith("GRANT SELECT ON TABLE public.");
                handle.execute(grant);

                handle.execute("SET ROLE " + quotedRole);
                handle.execute(sql);
            } finally {
                handle.execute("RESET ROLE");
                handle.execute("DROP OWNED BY " + quotedRole);
                handle.execute("DROP ROLE " + quotedRole);
            }
        });
    }

    /** One without the fields of the server, one in another language, and one of a function, which may raise any text. */
    @Test
    void isEmptyForAnyOtherException() {
        assertThat(MissingPrivilegeException.of(
                        new SQLException("permission denied for table users", "42501"), "", "app"))
                .isEmpty();
        assertThat(MissingPrivilegeException.of(denied("keine Berechtigung für Tabelle users", ""), "", "app"))
                .isEmpty();
        assertThat(MissingPrivilegeException.of(
                        denied("permission denied for table users", "WPL/pgSQL function f() line 1\0"), "", "app"))
                .isEmpty();
    }
}
