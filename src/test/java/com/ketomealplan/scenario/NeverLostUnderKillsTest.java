package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.scenario.Operations.Answer;
import com.ketomealplan.scenario.Operations.Request;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.RestartablePostgres;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads and writes while the server ends its sessions, crashes and is cut off, again and again. */
@Tag("campaign")
class NeverLostUnderKillsTest {

    private static final int OPERATIONS = Integer.getInteger("operations", 4_000);
    private static final int CLIENTS = 8;

    /** How many operations are answered between two faults: counted, or a slow machine has more faults to an operation. */
    private static final int BETWEEN_FAULTS = 100;

    /** Less than the second that the service waits for a server whose port is closed. */
    private static final Duration WAIT_FOR_RECOVERY = Duration.ofMillis(800);

    private static final int READERS = 8;
    private static final int KILLS = Ring.times("kills", 20, 150);

    @Test
    void noReaderNoticesThatAllSessionsAreEnded() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        TestService service = TestService.on(database);
        String user = TestService.json(service.post("/users", "{\"email\":\"a@example.com\"}"))
                .get("id")
                .asText();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger numbers = new AtomicInteger();
        AtomicIntegerArray answered = new AtomicIntegerArray(READERS);
        List<CompletableFuture<List<String>>> readers = Clients.start(READERS, () -> {
            int reader = numbers.getAndIncrement();
            List<String> failed = new ArrayList<>();
            while (!over.get()) {
                var answer = service.get("/users/" + user);
                if (answer.statusCode() != 200) {
                    failed.add(answer.statusCode() + " " + answer.body());
                }
                answered.incrementAndGet(reader);
            }
            return failed;
        });

        for (int killed = 0; killed < KILLS; ) {
            awaitOneMoreOfEach(answered); // or a slow machine is given no time between two kills
            killed += database.killSessions();
        }
        over.set(true);

        assertThat(Clients.join(readers))
                .allSatisfy(failed -> assertThat(failed).isEmpty());
        service.stop();
    }

    private static void awaitOneMoreOfEach(AtomicIntegerArray answered) {
        for (int reader = 0; reader < READERS; reader++) {
            int before = answered.get(reader);
            int index = reader;
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> answered.get(index) > before);
        }
    }

    @Test
    @Tag("campaign-only")
    void eachAnswerIsTrueWhileTheServerIsKilledCrashedAndCutOff() throws Exception {
        try (RestartablePostgres server = new RestartablePostgres()) {
            TestDatabase database = TestDatabase.migrated(server.endpoint());
            NeonProxy proxy = NeonProxy.before(database);
            TestService service = TestService.at(
                    proxy.url(database),
                    ConfigOverride.config("database.pooling", "pooled"),
                    ConfigOverride.config("logging.level", "OFF"));
            Operations operations = new Operations(service, database);
            assertThat(operations.send(Request.next(false)).isCreated()).isTrue();
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger crashes = new AtomicInteger();
            AtomicInteger failedFast = new AtomicInteger();
            CompletableFuture<Integer> chaos = Clients.async(() -> {
                Runnable crash = () -> {
                    failedFast.addAndGet(failuresOfAnOutage(server, operations, over));
                    crashes.incrementAndGet();
                };
                List<Runnable> faults = List.of(
                        database::killSessions,
                        proxy::cut,
                        crash,
                        proxy::cut,
                        database::killSessions,
                        proxy::cut,
                        database::killSessions,
                        database::killSessions);
                int done = 0;
                while (awaitAnswers(operations, (done + 1) * BETWEEN_FAULTS, over)) {
                    faults.get(done++ % faults.size()).run();
                }
                return done;
            });

            List<Answer> answers = new ArrayList<>();
            for (int i = 0; (answers.size() < OPERATIONS || crashes.get() < 1) && !chaos.isDone(); i++) {
                answers.addAll(operations.send(CLIENTS, Math.max(CLIENTS, OPERATIONS / 20), i % 2 == 0));
            }
            over.set(true);
            int faults = chaos.join();

            operations.check(answers);
            assertThat(answers.stream().filter(answer -> !answer.isCreated()))
                    .as(
                            "no more than half of those that were under way at one of %d faults: %s",
                            faults, Operations.summary(answers))
                    .hasSizeLessThanOrEqualTo(faults * CLIENTS / 2 + failedFast.get());
            Operations.report("The database is killed, crashed and cut off, again and again", answers);
            service.stop();
            proxy.close();
        }
    }

    /**
     * Crashes the server. If that was back in time, no request may notice; but a busy machine may take longer to recover it than the
     * service waits.
     *
     * @return how many requests failed in an outage so long
     */
    private static int failuresOfAnOutage(RestartablePostgres server, Operations operations, AtomicBoolean over) {
        int failed = operations.failed();
        long begun = System.nanoTime();
        server.crash();
        if (System.nanoTime() - begun < WAIT_FOR_RECOVERY.toNanos()) {
            return 0;
        }
        int created = operations.created();
        await().atMost(Duration.ofSeconds(60)).until(() -> over.get() || operations.created() > created);
        return operations.failed() - failed;
    }

    /** Waits until so many operations are answered; false when there will be no more. */
    private static boolean awaitAnswers(Operations operations, int count, AtomicBoolean over) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> over.get() || operations.answered() >= count);
        return !over.get();
    }
}
