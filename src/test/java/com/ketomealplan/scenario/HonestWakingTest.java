package com.ketomealplan.scenario;

import static com.ketomealplan.scenario.HonestService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A compute that wakes is not down. Each method has a service of its own: one that has heard from its database a moment ago
 * would not take it to be asleep. The compute sleeps until the test wakes it, by letting its answers through.
 */
class HonestWakingTest {

    /** More than a second, from which on a line is told of where connections are open. */
    private static final Duration LONG_FOR_A_LINE = Duration.ofMillis(1_100);

    /** In the line of those who wait while connections are open. */
    private static final int PLACES = 5;

    private HonestService honest;

    @BeforeEach
    void start() throws Exception {
        honest = new HonestService(
                ConfigOverride.config("database.unitOfWork.wakeBudget", "1m"),
                ConfigOverride.config("database.maxWaiting", Integer.toString(PLACES)));
        honest.proxy().stall(true);
    }

    @AfterEach
    void stop() throws Exception {
        honest.close();
    }

    @Test
    void aComputeThatWakesIsNotDown() {
        CompletableFuture<HttpResponse<String>> first = Clients.async(honest::read);

        await().atMost(PATIENCE).until(() -> honest.state().equals("waking"));
        assertThat(honest.service().get("/health").statusCode()).isEqualTo(200);
        assertThat(honest.service().get("/readyz").statusCode()).isEqualTo(200);
        honest.proxy().stall(false);

        assertThat(first.join().statusCode()).isEqualTo(404);
        assertThat(honest.state()).isEqualTo("up");
        assertThat(honest.changes()).containsExactly("slow to log in", "up");
    }

    /**
     * Those who waited for its wake are many, and are served within a moment: that is not too small a pool. More of them than
     * the line has places for, had it a connection, come when the wake already lasts longer than a line should.
     */
    @Test
    void aWakeThatManyWaitForIsNotAPoolInStrain() {
        CompletableFuture<HttpResponse<String>> first = Clients.async(honest::read);
        await().atMost(PATIENCE).until(() -> honest.state().equals("waking"));
        Instant waking = honest.since();
        await().atMost(PATIENCE).until(() -> Instant.now().isAfter(waking.plus(LONG_FOR_A_LINE)));
        List<CompletableFuture<HttpResponse<String>>> reads = Clients.start(2 * PLACES, honest::read);
        await().atMost(PATIENCE).until(() -> honest.service().gauge("pool.database.waiting") == 2 * PLACES + 1);
        honest.proxy().stall(false);

        assertThat(first.join().statusCode()).isEqualTo(404);
        assertThat(Clients.join(reads)).extracting(HttpResponse::statusCode).containsOnly(404);
        assertThat(honest.state()).isEqualTo("up");
        assertThat(honest.changes()).containsExactly("slow to log in", "up");
        assertThat(honest.service().admin("/metrics/prometheus").body()).contains("neon_cold_start_seconds_count 1");
    }
}
