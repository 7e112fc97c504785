package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.mapper.MappingException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The causes of failures, as in logs and on pages. The messages of the server are those of PostgreSQL 17. */
class WordingTest {

    private static final String LEFT_OUT = "its text may quote a value, and is left out";

    /** Returns an error of the server. Each field begins with its one-letter code. */
    private static PSQLException ofServer(String... fields) {
        return new PSQLException(new ServerErrorMessage(String.join("\0", fields) + "\0"), false);
    }

    private static String cause(Exception failure) {
        return Failure.of(new UnableToExecuteStatementException(failure, null)).cause();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "42P01 | relation \"users\" does not exist | ERROR: relation \"users\" does not exist (42P01); apply the migrations: db migrate config.yml",
                "57014 | canceling statement due to user request | ERROR: canceling statement due to user request (57014)",
                "40001 | could not serialize access due to concurrent update | ERROR: could not serialize access due to concurrent update (40001)",
                "22P02 | invalid input syntax for type integer: \"ada@example.com\" | " + LEFT_OUT + " (22P02)",
                "42601 | syntax error at or near \"ada\" | " + LEFT_OUT + " (42601)",
                "P0001 | ada@example.com is no friend | " + LEFT_OUT + " (P0001)"
            })
    void identifiersAreQuotedAndValuesAreNot(String sqlState, String text, String expected) {
        assertThat(cause(ofServer("SERROR", "C" + sqlState, "M" + text))).isEqualTo(expected);
    }

    @Test
    void aViolatedConstraintIsNamedWithoutItsValues() {
        PSQLException failure = ofServer(
                "SERROR",
                "C23505",
                "Mduplicate key value violates unique constraint \"users_email_key\"",
                "DKey (lower(email))=(ada@example.com) already exists.",
                "tusers",
                "nusers_email_key",
                "R_bt_check_unique");

        assertThat(cause(failure)).isEqualTo("constraint users_email_key, table users (23505)");
        assertThat(cause(new BatchUpdateException(failure.getMessage(), "23505", 0, new int[0], failure)))
                .startsWith("constraint users_email_key, table users (23505)")
                .doesNotContain("ada");
    }

    /** A function may raise any text under any SQLSTATE. */
    @Test
    void theTextThatAFunctionRaisesIsNotQuoted() {
        String where = "WPL/pgSQL function f() line 1 at RAISE";
        assertThat(cause(ofServer("SERROR", "C40001", "Mada", "nada", "tada", where, "Rexec_stmt_raise")))
                .isEqualTo(LEFT_OUT + " (40001)");
        assertThat(cause(ofServer("SERROR", "C42703", "Mcolumn \"ada\" does not exist", where, "RerrorMissingColumn")))
                .isEqualTo(LEFT_OUT + " (42703); apply the migrations: db migrate config.yml");
    }

    @Test
    void aValueThatTheDriverCannotConvertIsNotQuoted() {
        assertThat(cause(new SQLException("Bad value for type int : ada", "22003", new NumberFormatException("ada"))))
                .isEqualTo(LEFT_OUT + " (22003): NumberFormatException: " + LEFT_OUT);
        assertThat(Failure.of(new MappingException("ada")).cause()).isEqualTo("MappingException: " + LEFT_OUT);
    }

    @Test
    void theMessageOfAnUnansweredStatementQuotesNoValue() {
        assertThat(new UnansweredException(ofServer("SFATAL", "C57P01", "Mada", "WSQL statement \"ada\"")).getMessage())
                .doesNotContain("ada");
    }

    @Test
    void aConnectFailureIsQuotedInFull() {
        assertThat(cause(new SQLException("An I/O error occurred.", "08006", new EOFException("the end"))))
                .isEqualTo("An I/O error occurred. (08006): EOFException: the end");
        assertThat(Failure.of(new ConnectionException(ofServer("SFATAL", "C28P01", "Mno such user \"x\"")))
                        .cause())
                .startsWith("FATAL: no such user \"x\" (28P01)");
    }
}
