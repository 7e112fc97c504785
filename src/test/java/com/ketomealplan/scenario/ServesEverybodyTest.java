package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A healthy database under ordinary load refuses nobody, with the queue and the connections that ship. */
class ServesEverybodyTest {

    private static final int CLIENTS = 200;

    private static TestDatabase database;

    private TestService service;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.migrated();
    }

    @AfterEach
    void stop() {
        service.stop();
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    /** With a deadline that a machine busy with something else keeps, too. */
    @Test
    @Tag("campaign")
    void manyMoreClientsThanConnectionsAreAllServed() {
        service = TestService.on(database, ConfigOverride.config("database.unitOfWork.deadline", "60s"));
        assertThat(read().statusCode()).isEqualTo(404);

        List<List<Integer>> statuses = Clients.atOnce(CLIENTS, () -> {
            List<Integer> mine = new ArrayList<>();
            for (int i = 0; i < Ring.times(5, 20); i++) {
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
        service = TestService.on(database);
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
        await().until(() -> read().statusCode() == 404);
    }
}
