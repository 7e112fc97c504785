package com.ketomealplan.scenario;

import static com.ketomealplan.scenario.HonestService.PATIENCE;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is woken because requests miss their deadlines reads in their lines where the time went, and who holds the lock. */
class HonestLocksTest {

    private static final Pattern LINE = Pattern.compile(
            "^ERROR .*Unit of work failed \\(TIMEOUT, ROLLED_BACK\\):"
                    + " .*canceling statement due to user request \\(57014\\); of its 1000 ms: .*\\d+ ms in the wait queue.*,"
                    + " .*\\d+ ms in UserDao\\.find.*; it waited for AccessShareLock on users,"
                    + " blocked by pid \\d+ \\(role \\w+, application observer, holds AccessExclusiveLock, idle in transaction for"
                    + " [0-9.]+ s, its transaction open for [0-9.]+ s\\) \\[[0-9a-f-]{36} .*UserResource\\.get\\]$",
            Pattern.MULTILINE);

    private final TestDatabase database = TestDatabase.migrated();

    /** A lone request too, which has the only connection. */
    @ParameterizedTest
    @ValueSource(strings = {"pooled", "per_request"})
    void aMissedDeadlineNamesItsStatementItsPartsAndWhoBlocksIt(String pooling) throws Exception {
        try (Console console = new Console()) {
            TestService service = TestService.on(
                    database,
                    ConfigOverride.config("database.unitOfWork.deadline", "1s"),
                    ConfigOverride.config("database.pooling", pooling));
            try (TableLock lock = TableLock.on(database, "users")) {
                await().atMost(PATIENCE)
                        .until(
                                () -> { // again, where a busy machine has not answered in time
                                    service.get("/users/" + UUID.randomUUID());
                                    return lock.waiters() == 0
                                            && LINE.matcher(console.text()).find();
                                });
            } finally {
                service.stop();
            }
        }
    }
}
