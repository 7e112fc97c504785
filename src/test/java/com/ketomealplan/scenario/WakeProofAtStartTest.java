package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that is told to connect at its start has the compute wake meanwhile; one that is not opens nothing. */
class WakeProofAtStartTest {

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy proxy;
    private TestService service;

    @BeforeEach
    void sleep() throws Exception {
        proxy = NeonProxy.before(database);
        proxy.wake(Duration.ofMillis(300));
        proxy.suspend();
    }

    @AfterEach
    void stop() throws Exception {
        if (service != null) {
            service.stop();
        }
        proxy.close();
    }

    private void start(boolean connecting, String pooling) {
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.connectAtStart", Boolean.toString(connecting)),
                ConfigOverride.config("database.pooling", pooling),
                ConfigOverride.config("database.healthMode", "passive"));
    }

    private int read() {
        return service.get("/users/" + UUID.randomUUID()).statusCode();
    }

    @Test
    void theFirstRequestGetsTheConnectionThatTheStartHasOpened() {
        start(true, "pooled");
        await().until(() -> service.gauge("pool.database.idle") == 1); // nobody has asked

        assertThat(read()).isEqualTo(404);
        assertThat(proxy.logins()).isOne();
    }

    /** As an operator starts it: asked for before the bundle runs. */
    @Test
    void theJarConnectsOnceAtItsStart() throws Exception {
        Map<String, String> environment = Map.of(
                "NEON_DATABASE_URL",
                proxy.url(database),
                "PORT",
                FreePort.text(),
                "ADMIN_PORT",
                FreePort.text(),
                "HEALTH_MODE",
                "passive",
                "POOLING",
                "pooled",
                "CONNECT_AT_START",
                "true");
        try (ServiceProcess jar =
                ServiceProcess.run(environment, "server", "config.yml").awaitHealthy()) {
            assertThat(jar.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
            assertThat(proxy.logins()).isOne();
        }
    }

    @Test
    void theLedgerKnowsWhoHasWokenTheCompute() {
        start(true, "pooled");

        await().until(() -> service.admin("/ledger").body().contains("\"start\""));
    }

    @Test
    void whereNoneIsKeptTheComputeIsAwakeAndTheConnectionIsClosed() {
        start(true, "per_request");
        await().until(() -> proxy.logins() == 1 && proxy.openConnections() == 0);

        assertThat(read()).isEqualTo(404);
        assertThat(proxy.logins()).isEqualTo(2);
    }

    @Test
    void aDatabaseThatIsAwayIsNoReasonNotToStart() {
        proxy.go(true);
        start(true, "pooled");

        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        proxy.go(false);
        await().until(() -> read() == 404);
    }

    @Test
    void nothingIsOpenedUnlessAsked() {
        start(false, "pooled");

        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        assertThat(proxy.connects()).isZero();
    }
}
