package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that has no connection yet. Each method has one of its own. */
class SleepSafeUnusedTest {

    private final TestDatabase database = TestDatabase.empty();
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

    private void poll() {
        for (int i = 0; i < 10; i++) {
            SleepSafePolling.poll(service);
        }
    }

    @Test
    void aServiceThatNobodyUsesOpensNothing() {
        poll();

        assertThat(neon.connects()).isZero();
        assertThat(service.get("/health").body()).contains("\"database\":\"idle\"");
    }

    @Test
    void whatAUnitOfWorkMetIsWhatHealthSays() {
        neon.refuseLogins("Your account or project has exceeded the compute time quota. Upgrade your plan.");
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(503);

        for (int i = 0; i < 10; i++) {
            assertThat(service.get("/health").statusCode()).isEqualTo(503);
            assertThat(service.get("/health").body()).contains("limit of its plan");
            assertThat(TestService.json(service.admin("/healthcheck"))
                            .at("/database/message")
                            .asText())
                    .contains("upgrade it, or wait for the next period");
        }
        assertThat(neon.connects()).isEqualTo(1);
    }
}
