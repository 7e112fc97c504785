package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How much of failures is in the log; {@link LoggedLines} shows of a stack the messages. */
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

    @Test
    void eachHasALineAndAMinutesFirstOfItsKindAStack() {
        fail("08006");
        fail("08006");
        fail("57014");
        fail("08006");
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        fail("08006");

        assertThat(lines.all())
                .containsExactly(
                        "A unit of work failed (UNAVAILABLE, ROLLED_BACK): it (08006): it",
                        "A unit of work failed (UNAVAILABLE, ROLLED_BACK): it (08006)",
                        "A unit of work failed (TIMEOUT, ROLLED_BACK): it (57014): it",
                        "A unit of work failed (UNAVAILABLE, ROLLED_BACK): it (08006)",
                        "A unit of work failed (UNAVAILABLE, ROLLED_BACK): it (08006)"
                                + " (2 of this kind without their stacks since the last one): it");
    }

    @Test
    void aRefusalHasNoStack() {
        fail("23505");

        assertThat(lines.all())
                .containsExactly(
                        "A unit of work was refused (CONSTRAINT): its text may quote a value, and is left out (23505)");
    }

    @Test
    void thoseWithoutAConnectionShareALine() {
        for (int i = 0; i < 3; i++) {
            Exception exception = new ConnectionException(new SQLException("gone", "08001"));
            log.write(Failure.of(exception), exception);
            nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        }

        assertThat(lines.all())
                .containsExactly(
                        "A unit of work had no connection (UNAVAILABLE): gone (08001)",
                        "A unit of work had no connection (UNAVAILABLE): gone (08001) (and 1 more since the last such line)");
    }
}
