package com.ketomealplan.scenario;

import static com.ketomealplan.scenario.HonestService.PATIENCE;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is woken because requests miss their deadlines reads in their lines where the time went, and who holds the lock. */
class HonestLocksTest {

    private static final Pattern LINE = Pattern.compile(
            "^ERROR .*A unit of work failed \\(TIMEOUT, ROLLED_BACK\\):"
                    + " .*canceling statement due to user request \\(57014\\); of its 1000 ms: .*\\d+ ms in line for a connection.*,"
                    + " .*\\d+ ms in UserDao\\.find.*; it waited for AccessShareLock on users,"
                    + " blocked by pid \\d+ \\(role \\w+, application observer, holds AccessExclusiveLock, idle in transaction for"
                    + " [0-9.]+ s, its transaction open for [0-9.]+ s\\) \\[[0-9a-f-]{36} .*UserResource\\.get\\]$",
            Pattern.MULTILINE);

    private final TestDatabase database = TestDatabase.migrated();

    /** Per request no connection is ever idle: there those that miss their deadline first find it out for the others. */
    @ParameterizedTest
    @ValueSource(strings = {"pooled", "per_request"})
    void aMissedDeadlineNamesItsStatementItsPartsAndWhoBlocksIt(String pooling) throws Exception {
        try (Console console = new Console()) {
            TestService service = TestService.on(
                    database,
                    ConfigOverride.config("database.unitOfWork.deadline", "1s"),
                    ConfigOverride.config("database.pooling", pooling));
            AtomicBoolean over = new AtomicBoolean();
            try (TableLock lock = TableLock.on(database, "users")) {
                AtomicInteger number = new AtomicInteger();
                List<CompletableFuture<Void>> clients = Clients.start(3, () -> {
                    Thread.sleep(300L * number.getAndIncrement()); // so that not all deadlines pass at once, for ever
                    while (!over.get()) {
                        service.get("/users/" + UUID.randomUUID());
                    }
                    return null;
                });
                await().atMost(PATIENCE).until(() -> lock.waiters() > 0);
                await().atMost(PATIENCE)
                        .until(() -> LINE.matcher(console.text()).find());
                over.set(true);
                Clients.join(clients);
            } finally {
                over.set(true);
                service.stop();
            }
        }
    }
}
