package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.LoggerFactory;

/** The log lines of failed units of work. {@link LoggedLines} shows the messages of a stack trace, and not its frames. */
class FailureLogTest {

    private final AtomicLong nanos = new AtomicLong();
    private final LoggedLines lines = LoggedLines.of("failures");
    private final FailureLog log = new FailureLog(LoggerFactory.getLogger("failures"), nanos::get);

    @AfterEach
    void close() {
        lines.close();
    }

    private void fail(String sqlState) {
        SQLException exception = new SQLException("it", sqlState);
        log.write(Failure.of(exception), exception);
    }

    /** A wrong statement, or a failure without a code. */
    @Test
    void eachUnexpectedFailureIsLoggedAndOneAMinuteWithItsStackTrace() {
        fail("42601");
        fail("42601");
        fail("08006");
        fail("42601");
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        fail("42601");
        SQLException defect = new SQLException("it", (String) null);
        log.write(Failure.of(defect), defect);

        String line = "Unit of work failed (PROGRAM, ROLLED_BACK): its text may quote a value, and is left out (42601)";
        assertThat(lines.all())
                .containsExactly(
                        line + ": it",
                        line,
                        "Unit of work failed (UNAVAILABLE, ROLLED_BACK): it (08006)",
                        line,
                        line + " (2 of this kind without their stacks since the last one): it",
                        "Unit of work failed (PROGRAM, ROLLED_BACK): it");
    }

    /** Its frames would be those of the HTTP server, which add nothing to what the database reports. */
    @ParameterizedTest
    @ValueSource(strings = {"42P01", "42501", "53100", "57014", "08006", "25006", "58030"})
    void aFailureWithACodeOfTheServerHasNoStackTrace(String sqlState) {
        fail(sqlState);

        assertThat(lines.all()).singleElement().asString().endsWith("it (" + sqlState + ")" + advice(sqlState));
    }

    private static String advice(String sqlState) {
        return FailureRules.classify(sqlState, "")
                .advice()
                .map(text -> "; " + text)
                .orElse("");
    }

    /** They are not in the message of the driver, because under some codes they quote values. */
    @Test
    void theServersDetailAndHintAreLogged() {
        PSQLException deadlock = new PSQLException(
                new ServerErrorMessage(
                        "SERROR\0C40P01\0Mdeadlock detected\0"
                                + "DProcess 7 waits for ShareLock on transaction 8;\nblocked by process 9.\0HSee server log for query details.\0"));
        log.write(Failure.of(deadlock), deadlock);

        assertThat(lines.all())
                .singleElement()
                .asString()
                .contains("deadlock detected")
                .contains("detail: Process 7 waits for ShareLock on transaction 8; blocked by process 9.")
                .contains("hint: See server log for query details.");
    }

    @Test
    void aRefusedUnitHasNoStackTrace() {
        fail("23505");

        assertThat(lines.all())
                .containsExactly(
                        "Unit of work refused (CONSTRAINT): its text may quote a value, and is left out (23505)");
    }

    @Test
    void unitsWithoutAConnectionAreLoggedAtMostOnceInFiveSeconds() {
        for (int i = 0; i < 3; i++) {
            Exception exception = new ConnectionException(new SQLException("gone", "08001"));
            log.write(Failure.of(exception), exception);
            nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        }

        assertThat(lines.all())
                .containsExactly(
                        "Unit of work had no connection (UNAVAILABLE): gone (08001)",
                        "Unit of work had no connection (UNAVAILABLE): gone (08001) (and 1 more since the last such line)");
    }
}
