package com.ketomealplan.neon.connect;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keeps the salted passwords of a connector's SCRAM log-ins, so that they are not computed at each. One costs about a millisecond of CPU: 4,096
 * rounds of HMAC, which depend only on the password and the salt of the role (RFC 5802, section 3: a client may cache it). pgjdbc asks the JVM
 * for them: {@link MemoizedPbkdf2} answers. Thread-safe.
 */
final class ScramKeyCache {

    /** The provider is installed after so many log-ins: that costs some ten milliseconds, which a short process never gets back. */
    static final int MIN_LOG_INS = 10;

    /** A connector has a role or two, and each new password adds one. Behind a pooler each log-in may have a salt of its own. */
    private static final int MAX_KEYS = 16;

    private static final String HMAC = "HmacSHA256";

    private final byte[] macKey = new byte[32];
    private final Map<Input, byte[]> keys = new LinkedHashMap<>(MAX_KEYS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Input, byte[]> eldest) {
            return size() > MAX_KEYS;
        }
    };
    private int logIns;

    ScramKeyCache() {
        new SecureRandom().nextBytes(macKey);
    }

    /** An attempt to log in begins on this thread. */
    void onLogIn() {
        boolean due;
        synchronized (this) {
            logIns = Math.min(logIns + 1, MIN_LOG_INS + 1);
            due = logIns == MIN_LOG_INS;
        }
        if (due) {
            MemoizedPbkdf2.install();
        }
    }

    Optional<SecretKey> find(PBEKeySpec spec) {
        Input input = input(spec);
        synchronized (this) {
            return Optional.ofNullable(keys.get(input))
                    .map(known -> new SecretKeySpec(known, MemoizedPbkdf2.ALGORITHM));
        }
    }

    void add(PBEKeySpec spec, SecretKey computed) {
        Input input = input(spec);
        synchronized (this) {
            keys.put(input, computed.getEncoded());
        }
    }

    /** All that a key depends on; of the password a MAC, so that a former one does not stay in memory. */
    private record Input(ByteBuffer password, ByteBuffer salt, int iterations, int bits) {}

    private Input input(PBEKeySpec spec) {
        char[] password = spec.getPassword();
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(macKey, HMAC));
            ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
            mac.update(encoded);
            Arrays.fill(encoded.array(), (byte) 0);
            return new Input(
                    ByteBuffer.wrap(mac.doFinal()),
                    ByteBuffer.wrap(spec.getSalt()),
                    spec.getIterationCount(),
                    spec.getKeyLength());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // each JVM has this algorithm
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
