package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;

/** Whatever fails, no value that was bound to a statement is in the log, not even at DEBUG of our own loggers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureLogsTest {

    private static final String CANARY = "canary7f3a";

    private final TestDatabase database = TestDatabase.migrated();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private TestService service;

    @BeforeAll
    void start() {
        service = TestService.on(database, ConfigOverride.config("database.unitOfWork.deadline", "1s"));
        log.start();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(log);
        ((Logger) LoggerFactory.getLogger("com.ketomealplan")).setLevel(Level.DEBUG);
        assertThat(post().statusCode()).isEqualTo(201);
    }

    @AfterAll
    void stop() {
        ((Logger) LoggerFactory.getLogger("com.ketomealplan")).setLevel(null);
        service.stop();
    }

    private HttpResponse<String> post() {
        return service.post(
                "/complex-operation",
                "{\"email\":\"%s@example.com\",\"quiz_data\":{\"goal\":\"%1$s\"}}".formatted(CANARY));
    }

    private List<String> lines() {
        synchronized (log) {
            return List.copyOf(log.list).stream()
                    .map(event -> event.getFormattedMessage()
                            + (event.getThrowableProxy() == null
                                    ? ""
                                    : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                    .toList();
        }
    }

    private void execute(String sql) {
        database.jdbi().useHandle(handle -> handle.execute(sql));
    }

    @Test
    void noBoundValueIsLogged() throws Exception {
        assertThat(post().statusCode()).as("twice").isEqualTo(409);
        execute("DELETE FROM quiz_responses");
        execute("DELETE FROM users");
        execute("ALTER TABLE quiz_responses ADD CONSTRAINT refused CHECK (quiz_data IS NULL)");
        assertThat(post().statusCode()).as("a row that fails a check").isEqualTo(409);
        execute("ALTER TABLE quiz_responses DROP CONSTRAINT refused");
        execute("ALTER TABLE quiz_responses RENAME TO elsewhere");
        assertThat(post().statusCode()).as("no table").isGreaterThanOrEqualTo(500);
        execute("ALTER TABLE elsewhere RENAME TO quiz_responses");
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE quiz_responses");
            assertThat(post().statusCode()).as("a lock").isGreaterThanOrEqualTo(500);
            other.rollback();
        }

        assertThat(lines()).as("each failure is logged").hasSizeGreaterThanOrEqualTo(4);
        assertThat(lines()).noneMatch(line -> line.contains(CANARY));
    }
}
