package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.transaction.CommitFailedException;
import java.io.EOFException;
import java.security.cert.CertPathBuilderException;
import java.sql.SQLException;
import javax.crypto.AEADBadTagException;
import javax.crypto.BadPaddingException;
import javax.net.ssl.SSLException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.statement.StatementException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The kind, the outcome and the cause of failures. */
class FailureTest {

    @ParameterizedTest
    @CsvSource({
        "08001, UNAVAILABLE, 503",
        "08006, UNAVAILABLE, 503",
        "57P01, UNAVAILABLE, 503",
        "57P02, UNAVAILABLE, 503",
        "57P03, WAKING, 503",
        "25P03, UNAVAILABLE, 503",
        "08P01, UNAVAILABLE, 503",
        "26000, STALE_STATEMENT, 503",
        "42P05, STALE_STATEMENT, 503",
        "58030, STORAGE, 503",
        "53300, TOO_MANY_CONNECTIONS, 503",
        "53100, STORAGE_FULL, 507",
        "53000, OUT_OF_RESOURCES, 503",
        "53200, OUT_OF_RESOURCES, 503",
        "53400, PROGRAM, 500",
        "28P01, AUTHENTICATION, 503",
        "3D000, MISCONFIGURED, 503",
        "42P01, SCHEMA_MISMATCH, 503",
        "42703, SCHEMA_MISMATCH, 503",
        "3F000, SCHEMA_MISMATCH, 503",
        "42501, SCHEMA_MISMATCH, 503",
        "40001, CONFLICT, 503",
        "40P01, CONFLICT, 503",
        "55P03, CONFLICT, 503",
        "55000, PROGRAM, 500",
        "23505, CONSTRAINT, 409",
        "23503, CONSTRAINT, 409",
        "22P05, INVALID_DATA, 422",
        "22021, INVALID_DATA, 422",
        "44000, INVALID_DATA, 422",
        "57014, TIMEOUT, 504",
        "25006, READ_ONLY, 503",
        "42601, PROGRAM, 500",
        "XX000, PROGRAM, 500"
    })
    void isClassifiedByItsSqlState(String sqlState, FailureKind kind, int status) {
        Failure failure = Failure.of(statement(new SQLException("text", sqlState)));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.kind().httpStatus()).isEqualTo(status);
        assertThat(failure.sqlState()).contains(sqlState);
    }

    /** The server's function tells a row that a policy refuses from a missing privilege ({@link RefusedRowTest}). */
    @ParameterizedTest
    @CsvSource({"ExecWithCheckOptions, INVALID_DATA", "aclcheck_error, SCHEMA_MISMATCH"})
    void isClassifiedByTheServersFunctionWhereTheSqlStateHasTwoMeanings(String function, FailureKind kind) {
        Failure failure =
                Failure.of(new PSQLException(new ServerErrorMessage("SERROR\0C42501\0Mrefused\0R" + function + "\0")));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.sqlState()).contains("42501");
    }

    /** Neon's proxy reports XX000 for all of these. The texts are from its source, proxy/src. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "password authentication failed for user 'x' | AUTHENTICATION",
                "The server requested SCRAM-based authentication, but the password is an empty string. | AUTHENTICATION",
                "Endpoint ID is not specified. Either please upgrade the postgres client library | MISCONFIGURED",
                "Inconsistent project name inferred from SNI ('a') and project option ('b'). | MISCONFIGURED",
                "Project name ('a!') must contain only alphanumeric characters and hyphens. | MISCONFIGURED",
                "Parameter 'user' is missing in startup packet. | MISCONFIGURED",
                "connection is insecure (try using `sslmode=require`) | MISCONFIGURED",
                "This IP address 192.0.2.1 is not allowed to connect to this endpoint. | MISCONFIGURED",
                "Couldn't connect to compute node | WAKING",
                "Control plane request failed | WAKING",
                "Control plane request failed: endpoint cannot be found | MISCONFIGURED",
                "Control plane request failed: endpoint is disabled | MISCONFIGURED",
                "Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or contact our support. | QUOTA",
                "Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits. | QUOTA",
                "You have exceeded the limit of concurrently active endpoints. | QUOTA",
                "Too many connections to this endpoint. Please try again later. | THROTTLED",
                "Too many connections attempts | THROTTLED",
                "Failed to acquire permit to connect to the database. Too many database connection attempts are currently ongoing. | THROTTLED",
                "Authentication timed out | UNAVAILABLE",
                "database \"x\" does not exist | MISCONFIGURED",
                "role \"x\" does not exist | MISCONFIGURED",
                "database \"quotations\" does not exist | MISCONFIGURED",
                "too many connections for role \"quota_app\" | TOO_MANY_CONNECTIONS",
                "Connection to quota-db:5432 refused. Check that the hostname and port are correct | UNAVAILABLE",
                "sorry, too many clients already | TOO_MANY_CONNECTIONS",
                "remaining connection slots are reserved for roles with the SUPERUSER attribute | TOO_MANY_CONNECTIONS",
                "the database system is starting up | WAKING",
                "the database system is shutting down | UNAVAILABLE",
                "unsupported startup parameter in options: search_path. Please use unpooled connection | MISCONFIGURED",
                "no more connections allowed (max_client_conn) | TOO_MANY_CONNECTIONS",
                "server login has been failing, cached error: x (server_login_retry) | UNAVAILABLE",
                "The hostname x could not be verified by hostnameverifier PgjdbcHostnameVerifier. | MISCONFIGURED",
                "a text that is not known | UNAVAILABLE"
            })
    void isClassifiedByItsTextUnderTheSqlStateOfNeonsProxy(String text, FailureKind kind) {
        Failure failure = Failure.of(new ConnectionException(new SQLException(text, "XX000")));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.outcome()).isEqualTo(Failure.Outcome.NOT_SENT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "08001 | [NEON_SMGR] [shard 0] could not establish connection to pageserver | STORAGE",
                "XX000 | request failed too many times, cancelling query | STORAGE",
                "53100 | could not extend file because project size limit (512 MB) has been exceeded | STORAGE_FULL",
                "08P01 | query_wait_timeout | TOO_MANY_CONNECTIONS",
                "08P01 | server conn crashed? | UNAVAILABLE",
                "53200 | out of shared memory | OUT_OF_RESOURCES",
                "53400 | temporary file size exceeds temp_file_limit (1024kB) | PROGRAM",
                "0A000 | cached plan must not change result type | STALE_STATEMENT",
                "0A000 | cross-database references are not implemented | PROGRAM"
            })
    void isClassifiedByItsTextUnderASqlStateOfSeveralMeanings(String sqlState, String text, FailureKind kind) {
        assertThat(Failure.of(statement(new SQLException("ERROR: " + text, sqlState)))
                        .kind())
                .isEqualTo(kind);
    }

    @Test
    void aKeyOfTheClientThatCannotBeReadIsNoFaultOfTheServersCertificate() {
        Failure failure = Failure.toOpen(new SQLException(
                "Could not decrypt SSL key file client.pk8.",
                "08006",
                new BadPaddingException("Given final block not properly padded")));

        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.cause()).contains("sslkey").doesNotContain("certificate");
    }

    @Test
    void aRecordThatWasDamagedOnItsWayIsTransient() {
        Failure failure = Failure.toOpen(new SQLException(
                "SSL error: Tag mismatch", "08006", new SSLException(new AEADBadTagException("Tag mismatch"))));

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    /** The server quotes values of clients, which may contain any text. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "23505 | duplicate key: Key (email)=(quota@upgrade.your.plan) already exists. | CONSTRAINT",
                "22P02 | invalid input syntax: \"password authentication failed\" | INVALID_DATA",
                "23514 | Failing row contains (cached plan must not change result type). | CONSTRAINT",
                "P0001 | query_wait_timeout | PROGRAM"
            })
    void aValueInItsTextDoesNotChangeTheKind(String sqlState, String text, FailureKind kind) {
        assertThat(Failure.of(statement(new SQLException("ERROR: " + text, sqlState)))
                        .kind())
                .isEqualTo(kind);
    }

    @Test
    void theCauseOfAMissingTableEndsWithTheCommandThatMigrates() {
        assertThat(Failure.of(statement(new SQLException("relation \"users\" does not exist", "42P01")))
                        .cause())
                .endsWith("apply the migrations: db migrate config.yml");
    }

    @Test
    void aCertificateThatIsNotTrustedIsMisconfigured() {
        assertThat(Failure.of(new ConnectionException(
                                new SQLException("SSL error", "08006", new CertPathBuilderException("no path"))))
                        .kind())
                .isEqualTo(FailureKind.MISCONFIGURED);
    }

    @Test
    void aCommitWithoutAnAnswerHasAnUnknownOutcome() {
        Exception lost = new IllegalStateException(
                CommitFailedException.unknown(new TransactionException("commit", new SQLException("lost", "08006"))));

        assertThat(Failure.of(lost).outcome()).isEqualTo(Failure.Outcome.UNKNOWN);
        assertThat(Failure.of(lost).kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    @Test
    void theCauseNamesTheRootCause() {
        SQLException hidden = new SQLException("The connection attempt failed.", "08001", new EOFException("gone"));

        assertThat(Failure.of(new ConnectionException(hidden)).cause())
                .isEqualTo("The connection attempt failed. (08001): EOFException: gone");
    }

    private static StatementException statement(SQLException cause) {
        return new UnableToExecuteStatementException(cause, null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            role "app"        | ALTER ROLE app CONNECTION LIMIT
            role "My-App"     | ALTER ROLE "My-App" CONNECTION LIMIT
            role "user"       | ALTER ROLE "user" CONNECTION LIMIT
            role "a"b"        | ALTER ROLE "a""b" CONNECTION LIMIT
            role "a" b"       | ALTER ROLE "a"" b" CONNECTION LIMIT
            role "app", x     | ALTER ROLE app CONNECTION LIMIT
            database "keto-1" | ALTER DATABASE "keto-1" CONNECTION LIMIT
            """)
    void theAdviceQuotesNamesAsSqlNeedsThem(String what, String advice) {
        assertThat(Failure.toOpen(new SQLException("FATAL: too many connections for " + what, "53300"))
                        .cause())
                .contains(advice);
    }
}
