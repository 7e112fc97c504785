package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads while the server ends all its sessions again and again. */
class NeverLostUnderKillsTest {

    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("kill.seconds", 4));

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);
    private final ExecutorService clients = Executors.newFixedThreadPool(8);
    private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        killer.shutdownNow();
        clients.shutdownNow();
        service.stop();
    }

    @Test
    void noReaderNotices() throws Exception {
        String user = TestService.json(service.post("/users", "{\"email\":\"a@example.com\"}"))
                .get("id")
                .asText();
        AtomicInteger killed = new AtomicInteger();
        killer.scheduleAtFixedRate(() -> killed.addAndGet(database.killSessions()), 100, 100, TimeUnit.MILLISECONDS);
        long end = System.nanoTime() + LENGTH.toNanos();
        List<CompletableFuture<List<String>>> readers = new ArrayList<>();
        AtomicInteger answered = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            readers.add(CompletableFuture.supplyAsync(
                    () -> {
                        List<String> failed = new ArrayList<>();
                        while (System.nanoTime() < end) {
                            var answer = service.get("/users/" + user);
                            if (answer.statusCode() == 200) {
                                answered.incrementAndGet();
                            } else {
                                failed.add(answer.statusCode() + " " + answer.body());
                            }
                        }
                        return failed;
                    },
                    clients));
        }

        for (CompletableFuture<List<String>> reader : readers) {
            assertThat(reader.get()).isEmpty();
        }
        assertThat(killed.get()).isGreaterThan(20);
        assertThat(answered.get()).isGreaterThan(100);
    }
}
