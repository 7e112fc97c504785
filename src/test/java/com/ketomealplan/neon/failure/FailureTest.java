package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.statement.StatementException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureTest {

    @ParameterizedTest
    @CsvSource({
        "08001, UNAVAILABLE, 503",
        "08006, UNAVAILABLE, 503",
        "57P01, UNAVAILABLE, 503",
        "57P03, UNAVAILABLE, 503",
        "53300, TOO_MANY_CONNECTIONS, 503",
        "53100, STORAGE_FULL, 507",
        "28P01, AUTHENTICATION, 503",
        "3D000, MISCONFIGURED, 503",
        "42P01, MISCONFIGURED, 503",
        "40001, CONFLICT, 503",
        "40P01, CONFLICT, 503",
        "23505, CONSTRAINT, 409",
        "23503, CONSTRAINT, 409",
        "22P05, INVALID_DATA, 422",
        "22021, INVALID_DATA, 422",
        "57014, TIMEOUT, 504",
        "25006, READ_ONLY, 503",
        "42601, PROGRAM, 500",
        "XX000, PROGRAM, 500"
    })
    void isClassifiedByItsCode(String sqlState, FailureKind kind, int status) {
        Failure failure = Failure.of(statement(new SQLException("text", sqlState)));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.kind().httpStatus()).isEqualTo(status);
        assertThat(failure.sqlState()).contains(sqlState);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "password authentication failed for user 'x' | AUTHENTICATION",
                "database \"x\" does not exist | MISCONFIGURED",
                "Couldn't connect to compute node | UNAVAILABLE"
            })
    void isClassifiedByTheTextWhereNeonsProxyHidesTheCode(String text, FailureKind kind) {
        assertThat(Failure.of(new ConnectionException(new SQLException(text, "XX000")))
                        .kind())
                .isEqualTo(kind);
    }

    @Test
    void tellsTheWholeStoryToOperators() {
        SQLException hidden = new SQLException("The connection attempt failed.", "08001", new EOFException("gone"));

        assertThat(Failure.of(new ConnectionException(hidden)).cause())
                .isEqualTo("The connection attempt failed. (08001): EOFException: gone");
    }

    @Test
    void concernsDatabaseExceptionsOnly() {
        assertThat(Failure.concerns(new IllegalStateException(new SQLException())))
                .isTrue();
        assertThat(Failure.concerns(new IllegalStateException())).isFalse();
    }

    private static StatementException statement(SQLException cause) {
        return new UnableToExecuteStatementException(cause, null);
    }
}
