package com.ketomealplan.neon.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Provider;
import java.security.Security;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.SecretKeyFactorySpi;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The key of a log-in is computed once for each password and salt, and nobody else's is kept. */
class ScramKeyCacheTest {

    private static final int ROUNDS = 16;
    private static final int BITS = 256;

    private final TestDatabase database = TestDatabase.empty();
    private final ScramKeyCache cache = new ScramKeyCache();

    private final Thread thread = Thread.currentThread();
    private int computed;

    @BeforeEach
    void install() {
        MemoizedPbkdf2.install();
        Security.insertProviderAt(new CountingProvider(), 2); // where the JVM's own would be asked
    }

    @AfterEach
    void removeCount() {
        Security.removeProvider(CountingProvider.NAME);
    }

    /** Counts the keys that the JVM computes on the thread of the test. */
    private final class CountingProvider extends Provider {

        private static final long serialVersionUID = 1L;
        private static final String NAME = "CountsKeys";

        CountingProvider() {
            super(NAME, "1", "Counts the keys that the JVM computes for a test");
            putService(new Service(this, "SecretKeyFactory", MemoizedPbkdf2.ALGORITHM, NAME, null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new CountingPbkdf2();
                }
            });
        }
    }

    private final class CountingPbkdf2 extends SecretKeyFactorySpi {

        @Override
        protected SecretKey engineGenerateSecret(KeySpec spec) throws InvalidKeySpecException {
            if (Thread.currentThread() == thread) {
                computed++;
            }
            return ofTheJvm().generateSecret(spec);
        }

        @Override
        protected KeySpec engineGetKeySpec(SecretKey key, Class<?> type) throws InvalidKeySpecException {
            return ofTheJvm().getKeySpec(key, type);
        }

        @Override
        protected SecretKey engineTranslateKey(SecretKey key) throws InvalidKeyException {
            return ofTheJvm().translateKey(key);
        }
    }

    private void logIn(RotatedRole role) throws SQLException {
        String url = role.url(database.url());
        Connectors.to(Endpoint.parse(url)).withScramKeyCache(cache).open().close();
    }

    @Test
    void theSecondLogInComputesNothing() throws Exception {
        try (RotatedRole role = RotatedRole.of(database)) {
            computed = 0; // the test has logged in too, without a cache
            logIn(role);
            assertThat(computed).isOne();

            logIn(role);
            assertThat(computed).isOne();
        }
    }

    @Test
    void anotherPasswordHasAnotherKey() throws Exception {
        try (RotatedRole role = RotatedRole.of(database)) {
            computed = 0; // the test has logged in too, without a cache
            logIn(role);
            role.renew();
            assertThatThrownBy(() -> logIn(role))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");

            role.alter();
            logIn(role);

            assertThat(computed).isEqualTo(3);
        }
    }

    @Test
    void whatAnotherThreadComputesIsWhatTheJvmComputesAndIsNotKept() throws Exception {
        byte[] key = key("a password", "salt");

        assertThat(key).isEqualTo(keyOfTheJvm("a password", "salt"));
        assertThat(isKept("a password", "salt")).isFalse();
    }

    @Test
    void aKnownKeyIsWhatTheJvmComputes() throws Exception {
        TimedAttempt attempt =
                new TimedAttempt(Connectors.TIMEOUTS, Duration.ofMinutes(1), phase -> {}, Optional.of(cache));
        attempt.begin();
        try {
            byte[] first = key("a password", "salt");
            Arrays.fill(first, (byte) 0); // it is the caller's

            assertThat(key("a password", "salt")).isEqualTo(keyOfTheJvm("a password", "salt"));
            assertThat(computed).isOne();
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
        assertThat(isKept("a password", "salt")).isFalse();
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
        assertThat(IntStream.range(0, 100).filter(salt -> isKept("a password", "salt " + salt)))
                .containsExactlyElementsOf(IntStream.range(84, 100).boxed().toList());
    }

    @Test
    void itIsInstalledOnce() {
        Provider[] before = Security.getProviders();

        MemoizedPbkdf2.install();

        assertThat(Security.getProviders()).isEqualTo(before);
    }

    private static byte[] key(String password, String salt) throws Exception {
        return SecretKeyFactory.getInstance(MemoizedPbkdf2.ALGORITHM)
                .generateSecret(spec(password, salt))
                .getEncoded();
    }

    private static byte[] keyOfTheJvm(String password, String salt) throws Exception {
        return ofTheJvm().generateSecret(spec(password, salt)).getEncoded();
    }

    private static SecretKeyFactory ofTheJvm() {
        try {
            return SecretKeyFactory.getInstance(MemoizedPbkdf2.ALGORITHM, "SunJCE");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isKept(String password, String salt) {
        return cache.find(spec(password, salt)).isPresent();
    }

    private static PBEKeySpec spec(String password, String salt) {
        return new PBEKeySpec(password.toCharArray(), salt.getBytes(StandardCharsets.UTF_8), ROUNDS, BITS);
    }
}
