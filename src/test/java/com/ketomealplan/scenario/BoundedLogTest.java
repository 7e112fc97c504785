package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Failures do not fill the disk: each has its line, and a minute one stack of each kind. */
class BoundedLogTest {

    private static final int FAILURES = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static long count(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .count();
    }

    @Test
    void missedDeadlinesHaveALineEach() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        try (NeonProxy proxy = NeonProxy.before(database);
                Console console = new Console()) {
            TestService service =
                    TestService.at(proxy.url(database), ConfigOverride.config("database.unitOfWork.deadline", "500ms"));
            try {
                for (int i = 0; i < FAILURES; i++) {
                    await().atMost(PATIENCE).until(() -> read(service) == 404);
                    proxy.stall(true);
                    assertThat(read(service)).isEqualTo(504);
                    proxy.stall(false);
                }
                await().atMost(PATIENCE).until(() -> count("A connection is closed", console.text()) == FAILURES);
            } finally {
                service.stop();
            }

            String log = console.text();
            assertThat(count("^ERROR .*A unit of work failed \\(TIMEOUT, ROLLED_BACK\\): .* \\[[0-9a-f-]{36} ", log))
                    .as("lines with their request")
                    .isEqualTo(FAILURES);
            assertThat(count("^(Wrapped by: )?java\\.lang\\.Throwable: the thread that borrowed it", log))
                    .isZero();
            assertThat(count("^Wrapped by: .*StatementException", log))
                    .as("stacks; another test may have had this minute's")
                    .isLessThanOrEqualTo(1);
            assertThat(log.length()).as("bytes").isLessThan(FAILURES * 5_000);
        }
    }

    private static int read(TestService service) {
        return service.get("/users/" + UUID.randomUUID()).statusCode();
    }
}
