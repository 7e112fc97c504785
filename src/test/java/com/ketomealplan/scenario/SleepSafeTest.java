package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * No byte goes to the database unless a caller waits for it: looking at the service does not wake a compute. All methods share
 * one service, which has an idle connection when they begin.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SleepSafeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy neon;
    private TestService service;

    @BeforeAll
    void start() throws Exception {
        neon = NeonProxy.before(database);
        service = TestService.at(neon.url(database), ConfigOverride.config("database.healthMode", "passive"));
    }

    @AfterAll
    void stop() throws Exception {
        service.stop();
        neon.close();
    }

    @BeforeEach
    void use() {
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
    }

    /** As PostgreSQL counts it: the sessions, and the last change of any session's state. */
    private String activity() {
        return database.jdbi()
                .withHandle(
                        handle -> handle.createQuery("""
                        SELECT count(*) || ' ' || coalesce(max(state_change)::text, 'none') FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name <> 'observer'
                          AND backend_type = 'client backend'
                        """).mapTo(String.class).one());
    }

    /** A connection that was used within the last second is trusted without a look, which would prove nothing. */
    @Test
    void pollingSendsNothingOnIdleConnections() {
        long messages = neon.clientMessages();
        int connects = neon.connects();
        String activity = activity();
        long looks = SleepSafePolling.looks(service);

        await().atMost(PATIENCE).until(() -> {
            SleepSafePolling.poll(service);
            return SleepSafePolling.looks(service) > looks + 10;
        });

        assertThat(neon.clientMessages()).isEqualTo(messages);
        assertThat(neon.connects()).isEqualTo(connects);
        assertThat(activity()).isEqualTo(activity);
        assertThat(service.get("/health").body()).contains("\"database\":\"connected\"");
    }

    @Test
    void theProbeAlwaysAsks() {
        int connects = neon.connects();
        long messages = neon.clientMessages();

        assertThat(service.get("/health?probe=true").statusCode()).isEqualTo(200);

        assertThat(neon.connects()).isEqualTo(connects + 1);
        assertThat(neon.clientMessages()).isGreaterThan(messages);
    }

    @Test
    void aKeptConnectionDiesUnnoticedWhileTheComputeSleeps() {
        int connects = neon.connects();
        neon.suspend();

        SleepSafePolling.poll(service);
        assertThat(neon.connects()).isEqualTo(connects);
        use();

        assertThat(neon.connects()).isEqualTo(connects + 1);
    }
}
