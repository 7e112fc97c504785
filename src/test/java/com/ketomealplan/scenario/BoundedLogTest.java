package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Failures do not fill the disk: each has its line, and a minute one stack of each kind. */
@Tag("campaign")
class BoundedLogTest {

    private static final int FAILURES = Ring.times(6, 20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private int missed;

    private static long count(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .count();
    }

    @Test
    void missedDeadlinesHaveALineEach() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        long begun = System.nanoTime();
        try (NeonProxy proxy = NeonProxy.before(database);
                Console console = new Console()) {
            TestService service =
                    TestService.at(proxy.url(database), ConfigOverride.config("database.unitOfWork.deadline", "500ms"));
            try {
                for (int i = 0; i < FAILURES; i++) {
                    await().atMost(PATIENCE).until(() -> read(service) == 404);
                    proxy.stall(true);
                    read(service);
                    proxy.stall(false);
                }
            } finally {
                service.stop(); // with which its log is complete
            }

            assertThat(missed).isGreaterThanOrEqualTo(FAILURES);
            assertThat(count(
                            "^ERROR .*Unit of work failed \\(TIMEOUT, ROLLED_BACK\\): .* \\[[0-9a-f-]{36} ",
                            console.text()))
                    .as("lines with their request")
                    .isEqualTo(missed);
            long minutes = 1 + Duration.ofNanos(System.nanoTime() - begun).toMinutes();
            assertThat(count("^(\\w+\\.)+\\w*(Exception|Throwable)\\b", console.text()))
                    .as("stacks: of the request's failure, and of a thread that was slow itself, on a busy machine")
                    .isLessThanOrEqualTo(2 * minutes);
        }
    }

    /** Also where nothing stands in its way, a read may miss its deadline on a busy machine. */
    private int read(TestService service) {
        int status = service.get("/users/" + UUID.randomUUID()).statusCode();
        missed += status == 504 ? 1 : 0;
        return status;
    }
}
