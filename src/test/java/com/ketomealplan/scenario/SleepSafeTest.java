package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No byte goes to the database unless a caller waits for it: looking at the service does not wake a compute. */
class SleepSafeTest {

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy neon;
    private TestService service;

    @BeforeEach
    void start() throws Exception {
        neon = NeonProxy.before(database);
        service = TestService.at(neon.url(database), ConfigOverride.config("database.healthMode", "passive"));
    }

    @AfterEach
    void stop() throws Exception {
        service.stop();
        neon.close();
    }

    private void poll(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(service.get("/health").statusCode()).isEqualTo(200);
            assertThat(service.admin("/healthcheck").statusCode()).isEqualTo(200);
            assertThat(service.admin("/metrics").statusCode()).isEqualTo(200);
        }
    }

    private void use() {
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
    }

    /** As PostgreSQL counts it: sessions ever opened, and the last change of any backend's state. */
    private String activity() {
        return database.jdbi()
                .withHandle(
                        handle -> handle.createQuery("""
                                SELECT (SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                                        AND datname = current_database()) || ' ' ||
                                       coalesce((SELECT max(state_change)::text FROM pg_stat_activity
                                        WHERE pid <> pg_backend_pid() AND datname = current_database()), 'none')
                                """).mapTo(String.class).one());
    }

    @Test
    void aServiceThatNobodyUsesOpensNothing() {
        poll(20);

        assertThat(neon.connects()).isZero();
        assertThat(service.get("/health").body()).contains("\"database\":\"idle\"");
    }

    @Test
    void pollingSendsNothingOnIdleConnections() {
        use();
        long messages = neon.clientMessages();
        int connects = neon.connects();
        String activity = activity();

        poll(50);

        assertThat(neon.clientMessages()).isEqualTo(messages);
        assertThat(neon.connects()).isEqualTo(connects);
        assertThat(activity()).isEqualTo(activity);
        assertThat(service.get("/health").body()).contains("\"database\":\"connected\"");
    }

    @Test
    void theProbeAlwaysAsks() {
        int before = neon.connects();

        assertThat(service.get("/health?probe=true").statusCode()).isEqualTo(200);

        assertThat(neon.connects()).isEqualTo(before + 1);
    }

    @Test
    void whatAUnitOfWorkMetIsWhatHealthSays() {
        neon.refuseLogins("Your account or project has exceeded the compute time quota. Upgrade your plan.");
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(503);

        assertThat(service.get("/health").statusCode()).isEqualTo(503);
        assertThat(service.get("/health").body()).contains("limit of its plan");
        assertThat(TestService.json(service.admin("/healthcheck"))
                        .at("/database/message")
                        .asText())
                .contains("upgrade it, or wait for the next period");
        assertThat(neon.connects()).isEqualTo(1);
    }

    @Test
    void aKeptConnectionDiesUnnoticedWhileTheComputeSleeps() {
        use();
        neon.suspend();

        poll(3);
        use();

        await().until(() -> neon.logins() == 2);
    }
}
