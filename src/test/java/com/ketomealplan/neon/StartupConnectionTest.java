package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import io.dropwizard.core.Configuration;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.validation.selfvalidating.SelfValidating;
import io.dropwizard.validation.selfvalidating.SelfValidation;
import io.dropwizard.validation.selfvalidating.ViolationCollector;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a start that is to connect asks for its connection, and what becomes of it if the start fails. */
class StartupConnectionTest {

    private static final String CONNECT = "  connectAtStart: true\n  pooling: pooled\n";

    private static Runnable whileValidating;

    /** What a service is configured by. */
    @SelfValidating
    public static final class Settings extends Configuration {
        @Valid @JsonProperty
        NeonDataSourceFactory database = NeonDataSourceFactory.withDefaults();

        @Max(9) @JsonProperty
        int digit = 1;

        @SelfValidation
        public void validate(ViolationCollector violations) {
            whileValidating.run();
        }
    }

    private final StartupConnection<Settings> startup =
            new StartupConnection<>(settings -> settings.database, "database");
    private final TestDatabase database = TestDatabase.empty();
    private NeonProxy proxy;

    @BeforeEach
    void listen() throws Exception {
        proxy = NeonProxy.before(database);
        whileValidating = () -> {};
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
    }

    private Settings read(String lines) throws Exception {
        String text = "database:\n  url: %s\n%s".formatted(proxy.url(database), lines);
        return ReportingConfigurationFactory.<Settings>reading(Map.of(), startup::onRead)
                .create(Settings.class, Validators.newValidator(), Jackson.newObjectMapper(), "dw")
                .build(path -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "config.yml");
    }

    private void awaitLogin() {
        await().until(() -> proxy.logins() == 1);
    }

    @Test
    void itIsOpenedWhileTheRestIsValidated() throws Exception {
        whileValidating = this::awaitLogin;

        startup.openEarlyIn(() -> {
            Settings settings = read(CONNECT);
            DatabaseAccess access = startup.access(settings).orElseThrow();
            try {
                startup.open(access); // has been
                startup.start();
                await().until(() -> access.pool().statistics().idle() == 1);
            } finally {
                access.stop();
            }
            return null;
        });

        assertThat(proxy.connects()).isOne();
    }

    @Test
    void itIsClosedIfTheConfigurationIsInvalid() {
        whileValidating = this::awaitLogin;

        assertThatThrownBy(() -> startup.openEarlyIn(() -> {
                    read(CONNECT + "digit: 10\n");
                    return null;
                }))
                .hasMessageContaining("digit");
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void itIsClosedIfTheStartFailsAfterwards() {
        assertThatThrownBy(() -> startup.openEarlyIn(() -> {
                    assertThat(startup.access(read(CONNECT))).isPresent();
                    awaitLogin();
                    throw new IllegalStateException("the port is in use");
                }))
                .hasMessageContaining("port");
        await().until(() -> proxy.openConnections() == 0);
    }

    /** Nor with what was understood of a file that has mistakes, such as a setting of TLS in the wrong place. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "  connectAtStart: false\n",
                CONNECT + "  migrateAtStart: true\n", // only after the migration
                CONNECT + "  maxWaitForConnection: 0s\n", // is invalid
                CONNECT + "  sslmode: verify-full\n", // is no setting
                CONNECT + "  migrateAtStart: ture\n",
            })
    void nothingIsOpened(String lines) throws Exception {
        startup.openEarlyIn(() -> {
            try {
                assertThat(startup.access(read(lines))).isEmpty();
            } catch (Exception mistake) {
                assertThat(mistake).hasMessageContaining("database.");
            }
            return null;
        });

        assertThat(startup.isRequested()).isFalse();
        assertThat(proxy.connects()).isZero();
    }

    @Test
    void noOtherCommandOpensIt() throws Exception {
        assertThat(startup.access(read(CONNECT))).isEmpty();

        assertThat(startup.isRequested()).isFalse();
    }

    @Test
    void anotherConfigurationDoesNotGetIt() throws Exception {
        startup.openEarlyIn(() -> {
            Settings settings = read(CONNECT);
            assertThat(startup.access(new Settings())).isEmpty();
            Optional<DatabaseAccess> access = startup.access(settings);
            startup.start();
            access.orElseThrow().stop();
            return null;
        });
    }
}
