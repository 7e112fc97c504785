package com.ketomealplan.neon.connect;

import java.nio.ByteBuffer;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keeps the salted passwords of SCRAM log-ins, so that each is computed once. Each costs about a millisecond of CPU: 4,096 rounds of HMAC, which
 * depend only on the password and the salt of the role (RFC 5802, section 3: a client may cache it).
 *
 * <p>pgjdbc asks the JVM for PBKDF2. So a provider of that algorithm is put before all others. To a thread that opens a connection it gives
 * what is known, and it passes on what anybody else asks for. Thread-safe.
 */
public final class ScramKeyCache {

    static final String ALGORITHM = "PBKDF2WithHmacSHA256";

    private static final String PROVIDER = "NeonScramKeyCache";

    /** A process has a role or two, and each new password adds one. Behind a pooler each log-in may have a salt of its own. */
    private static final int MAX_KEYS = 16;

    private final Map<Input, byte[]> keys = new LinkedHashMap<>(MAX_KEYS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Input, byte[]> eldest) {
            return size() > MAX_KEYS;
        }
    };
    private long hits;

    ScramKeyCache() {}

    /** Installs one for all connectors of this JVM, unless that was done before. Does not block. */
    public static void install() {
        new ScramKeyCache().installFirst();
    }

    /** Puts its provider before the JVM's others; does nothing if there is one of another cache. */
    void installFirst() {
        Security.insertProviderAt(new ScramProvider(this), 1);
    }

    static void uninstall() {
        Security.removeProvider(PROVIDER);
    }

    synchronized Optional<SecretKey> find(PBEKeySpec spec) {
        byte[] known = keys.get(Input.of(spec));
        if (known == null) {
            return Optional.empty();
        }
        hits++;
        return Optional.of(new SecretKeySpec(known, ALGORITHM));
    }

    synchronized void add(PBEKeySpec spec, SecretKey computed) {
        keys.put(Input.of(spec), computed.getEncoded());
    }

    synchronized int size() {
        return keys.size();
    }

    /** Returns how often a key was known. */
    synchronized long hits() {
        return hits;
    }

    /** All that a key depends on. */
    private record Input(String password, ByteBuffer salt, int iterations, int bits) {

        static Input of(PBEKeySpec spec) {
            char[] password = spec.getPassword();
            try {
                return new Input(
                        new String(password),
                        ByteBuffer.wrap(spec.getSalt()),
                        spec.getIterationCount(),
                        spec.getKeyLength());
            } finally {
                Arrays.fill(password, '\0');
            }
        }

        @Override
        public String toString() {
            return "the input of a key"; // it has a password
        }
    }

    /** Has one algorithm. Serializable as every provider, but of no use afterwards. */
    private static final class ScramProvider extends Provider {

        private static final long serialVersionUID = 1L;

        ScramProvider(ScramKeyCache cache) {
            super(PROVIDER, "1", "Keeps the keys of this process's log-ins to PostgreSQL");
            putService(new Service(this, "SecretKeyFactory", ALGORITHM, MemoizedPbkdf2.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new MemoizedPbkdf2(cache, getProvider());
                }
            });
        }
    }
}
