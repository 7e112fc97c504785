package com.ketomealplan.neon.connect;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.SecretKeyFactorySpi;
import javax.crypto.spec.PBEKeySpec;

/**
 * PBKDF2 that answers from the {@link ScramKeyCache} of the attempt that runs on the calling thread. For all other callers, and for what is not
 * known, it is the factory of the JVM's next provider.
 */
final class MemoizedPbkdf2 extends SecretKeyFactorySpi {

    static final String ALGORITHM = "PBKDF2WithHmacSHA256";

    static final String PROVIDER = "NeonScramKeyCache";

    private final Provider own;

    private MemoizedPbkdf2(Provider own) {
        this.own = own;
    }

    /** Puts its provider before the JVM's others, unless that was done before. Loads all of them, which may take some ten milliseconds. */
    static void install() {
        Security.insertProviderAt(new ScramProvider(), 1);
    }

    @Override
    protected SecretKey engineGenerateSecret(KeySpec spec) throws InvalidKeySpecException {
        Optional<ScramKeyCache> cache = TimedAttempt.current().flatMap(TimedAttempt::scramKeys);
        if (cache.isEmpty() || !(spec instanceof PBEKeySpec input)) {
            return next().generateSecret(spec);
        }
        Optional<SecretKey> known = cache.get().find(input);
        if (known.isPresent()) {
            return known.get();
        }
        SecretKey computed = next().generateSecret(spec);
        cache.get().add(input, computed);
        return computed;
    }

    @Override
    protected KeySpec engineGetKeySpec(SecretKey key, Class<?> type) throws InvalidKeySpecException {
        return next().getKeySpec(key, type);
    }

    @Override
    protected SecretKey engineTranslateKey(SecretKey key) throws InvalidKeyException {
        try {
            return next().translateKey(key);
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeyException(e);
        }
    }

    /** Returns the factory that would be used without this one. */
    private SecretKeyFactory next() throws InvalidKeySpecException {
        try {
            for (Provider other : Security.getProviders("SecretKeyFactory." + ALGORITHM)) {
                if (other != own) {
                    return SecretKeyFactory.getInstance(ALGORITHM, other);
                }
            }
        } catch (NoSuchAlgorithmException e) {
            throw new InvalidKeySpecException(e);
        }
        throw new InvalidKeySpecException("no other provider has " + ALGORITHM);
    }

    /** Has one algorithm. */
    private static final class ScramProvider extends Provider {

        private static final long serialVersionUID = 1L;

        ScramProvider() {
            super(PROVIDER, "1", "Answers the log-ins of this process to PostgreSQL from its cache");
            putService(new Service(this, "SecretKeyFactory", ALGORITHM, MemoizedPbkdf2.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new MemoizedPbkdf2(getProvider());
                }
            });
        }
    }
}
