package com.ketomealplan.neon.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.Security;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The key of a log-in is computed once for each password and salt, and nobody else's is kept. */
class ScramKeyCacheTest {

    private static final int ROUNDS = 16;
    private static final int BITS = 256;

    private final TestDatabase database = TestDatabase.empty();
    private final ScramKeyCache cache = new ScramKeyCache();

    @BeforeEach
    void install() {
        MemoizedPbkdf2.install();
    }

    private void logIn(RotatedRole role) throws SQLException {
        String url = role.url(database.url());
        Connectors.to(Endpoint.parse(url)).withScramKeyCache(cache).open().close();
    }

    @Test
    void theSecondLogInComputesNothing() throws Exception {
        try (RotatedRole role = RotatedRole.of(database)) {
            logIn(role);
            assertThat(cache.size()).isOne();

            logIn(role);
            assertThat(cache.size()).isOne();
            assertThat(cache.hits()).isOne();
        }
    }

    @Test
    void anotherPasswordHasAnotherKey() throws Exception {
        try (RotatedRole role = RotatedRole.of(database)) {
            logIn(role);
            role.renew();
            assertThatThrownBy(() -> logIn(role))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");

            role.alter();
            logIn(role);

            assertThat(cache.hits()).isZero();
            assertThat(cache.size()).isEqualTo(3);
        }
    }

    @Test
    void whatAnotherThreadComputesIsWhatTheJvmComputesAndIsNotKept() throws Exception {
        byte[] key = key("a password", "salt");

        assertThat(key).isEqualTo(keyOfTheJvm("a password", "salt"));
        assertThat(cache.size()).isZero();
    }

    @Test
    void aKnownKeyIsWhatTheJvmComputes() throws Exception {
        TimedAttempt attempt =
                new TimedAttempt(Connectors.TIMEOUTS, Duration.ofMinutes(1), phase -> {}, Optional.of(cache));
        attempt.begin();
        try {
            byte[] computed = key("a password", "salt");
            Arrays.fill(computed, (byte) 0); // it is the caller's

            assertThat(key("a password", "salt")).isEqualTo(keyOfTheJvm("a password", "salt"));
            assertThat(cache.hits()).isOne();
            assertThat(key("a password", "pepper")).isEqualTo(keyOfTheJvm("a password", "pepper"));
            assertThat(key("b password", "salt")).isEqualTo(keyOfTheJvm("b password", "salt"));
        } finally {
            attempt.end();
        }
    }

    @Test
    void aConnectorWithoutACacheUsesNoneOfAnother() throws Exception {
        TimedAttempt attempt =
                new TimedAttempt(Connectors.TIMEOUTS, Duration.ofMinutes(1), phase -> {}, Optional.empty());
        attempt.begin();
        try {
            assertThat(key("a password", "salt")).isEqualTo(keyOfTheJvm("a password", "salt"));
        } finally {
            attempt.end();
        }
        assertThat(cache.size()).isZero();
    }

    /** Nothing is installed for a process that opens a few connections and ends. */
    @Test
    void theFirstLogInsLeaveTheJvmAsItIs() {
        Security.removeProvider(MemoizedPbkdf2.PROVIDER);

        for (int logIn = 1; logIn < ScramKeyCache.MIN_LOG_INS; logIn++) {
            cache.onLogIn();
        }
        assertThat(Security.getProvider(MemoizedPbkdf2.PROVIDER)).isNull();

        cache.onLogIn();
        assertThat(Security.getProviders()[0].getName()).isEqualTo(MemoizedPbkdf2.PROVIDER);
    }

    @Test
    void oldKeysAreForgotten() throws Exception {
        TimedAttempt attempt =
                new TimedAttempt(Connectors.TIMEOUTS, Duration.ofMinutes(1), phase -> {}, Optional.of(cache));
        attempt.begin();
        try {
            for (int salt = 0; salt < 100; salt++) {
                key("a password", "salt " + salt);
            }
        } finally {
            attempt.end();
        }
        assertThat(cache.size()).isEqualTo(16);
    }

    @Test
    void itIsInstalledOnce() {
        Provider[] before = Security.getProviders();

        MemoizedPbkdf2.install();

        assertThat(Security.getProviders()).isEqualTo(before);
    }

    private static byte[] key(String password, String salt) throws Exception {
        return key(SecretKeyFactory.getInstance(MemoizedPbkdf2.ALGORITHM), password, salt);
    }

    private static byte[] keyOfTheJvm(String password, String salt) throws Exception {
        return key(SecretKeyFactory.getInstance(MemoizedPbkdf2.ALGORITHM, "SunJCE"), password, salt);
    }

    private static byte[] key(SecretKeyFactory factory, String password, String salt) throws Exception {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt.getBytes(StandardCharsets.UTF_8), ROUNDS, BITS);
        return factory.generateSecret(spec).getEncoded();
    }
}
