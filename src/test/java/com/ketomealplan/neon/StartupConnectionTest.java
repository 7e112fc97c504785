package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import io.dropwizard.configuration.ConfigurationValidationException;
import io.dropwizard.configuration.YamlConfigurationFactory;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a start that is to connect asks for its connection, and what becomes of it if the start fails. */
class StartupConnectionTest {

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
    private TestDatabase database;
    private NeonProxy proxy;

    @BeforeEach
    void listen() throws Exception {
        database = TestDatabase.empty();
        proxy = NeonProxy.before(database);
        whileValidating = () -> {};
    }

    @AfterEach
    void close() throws Exception {
        startup.closeUntaken();
        proxy.close();
    }

    private Settings read(String... lines) throws Exception {
        String text = "database:\n  url: %s\n".formatted(proxy.url(database)) + String.join("\n", lines);
        return startup.openWhileReading(YamlConfigurationFactory::new)
                .create(Settings.class, Validators.newValidator(), Jackson.newObjectMapper(), "dw")
                .build(path -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "config.yml");
    }

    @Test
    void itIsOpenedWhileTheRestIsValidated() throws Exception {
        whileValidating = () -> await().until(() -> proxy.logins() == 1);

        Settings settings = read("  connectAtStart: true", "  pooling: pooled");
        DatabaseAccess access = startup.take(settings).orElseThrow();
        startup.open(access); // has been

        startup.start();
        await().until(() -> access.pool().statistics().idle() == 1);
        assertThat(proxy.connects()).isOne();
        assertThat(startup.take(settings)).isEmpty();
        access.stop();
    }

    @Test
    void aStartThatFailsClosesIt() {
        whileValidating = () -> await().until(() -> proxy.logins() == 1);

        assertThatThrownBy(() -> read("  connectAtStart: true", "digit: 10"))
                .isInstanceOf(ConfigurationValidationException.class)
                .hasMessageContaining("digit");
        startup.closeUntaken();

        await().until(() -> proxy.openConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connectAtStart: false",
                "connectAtStart: true\n  migrateAtStart: true", // after the migration
                "connectAtStart: true\n  maxWaitForConnection: 0s" // is invalid
            })
    void nothingIsOpenedBefore(String lines) throws Exception {
        try {
            assertThat(startup.take(read("  " + lines))).isEmpty();
        } catch (ConfigurationValidationException e) {
            assertThat(e.getErrors()).isNotEmpty();
            startup.closeUntaken();
        }
        assertThat(proxy.connects()).isZero();
    }

    /** It is another one that is run. */
    @Test
    void whatWasOpenedForAnotherConfigurationIsClosed() throws Exception {
        read("  connectAtStart: true");

        assertThat(startup.take(new Settings())).isEmpty();
        startup.closeUntaken();
        await().until(() -> proxy.openConnections() == 0);
    }
}
