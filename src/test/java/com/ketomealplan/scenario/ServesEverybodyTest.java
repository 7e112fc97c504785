package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A healthy database under ordinary load refuses nobody, with the configuration that ships. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesEverybodyTest {

    private static final int CLIENTS = 200;

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @AfterAll
    void stop() {
        service.stop();
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    @Test
    void manyMoreClientsThanConnectionsAreAllServed() {
        assertThat(read().statusCode()).isEqualTo(404);

        List<List<Integer>> statuses = Clients.atOnce(CLIENTS, () -> {
            List<Integer> mine = new ArrayList<>();
            for (int i = 0; i < Ring.times(10, 100); i++) {
                mine.add(read().statusCode());
            }
            return mine;
        });

        assertThat(statuses).allSatisfy(mine -> assertThat(mine).containsOnly(404));
        assertThat(service.gauge("pool.database.shed")).isZero();
    }

    /** Who comes when the queue has stood still for half a deadline is told at once; all are served when it moves again. */
    @Test
    void aQueueThatIsStuckTurnsNewCallersAwayUntilItMoves() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> callers = new ArrayList<>();
        long before = service.gauge("pool.database.shed");
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            callers.addAll(Clients.start(60, this::read));

            await().atMost(Duration.ofSeconds(30)).until(() -> {
                callers.add(Clients.async(this::read)); // one more every moment
                return service.gauge("pool.database.shed") > before;
            });

            assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
            other.rollback();
        }

        assertThat(Clients.join(callers)).anySatisfy(rejected -> {
            assertThat(rejected.statusCode()).isEqualTo(503);
            assertThat(rejected.body()).contains("service-busy");
            assertThat(rejected.headers().firstValue("Retry-After")).isPresent();
        });
        assertThat(Clients.atOnce(CLIENTS, this::read))
                .extracting(HttpResponse::statusCode)
                .containsOnly(404);
    }
}
