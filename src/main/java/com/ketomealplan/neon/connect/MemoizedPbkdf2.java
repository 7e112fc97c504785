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

/** PBKDF2 for the log-ins of {@link PgConnector}, each key computed once; for all others it is the factory of the next provider. */
final class MemoizedPbkdf2 extends SecretKeyFactorySpi {

    private final ScramKeyCache cache;
    private final Provider own;

    MemoizedPbkdf2(ScramKeyCache cache, Provider own) {
        this.cache = cache;
        this.own = own;
    }

    @Override
    protected SecretKey engineGenerateSecret(KeySpec spec) throws InvalidKeySpecException {
        if (TimedAttempt.current().isEmpty() || !(spec instanceof PBEKeySpec password)) {
            return next().generateSecret(spec);
        }
        Optional<SecretKey> known = cache.find(password);
        if (known.isPresent()) {
            return known.get();
        }
        SecretKey computed = next().generateSecret(spec);
        cache.add(password, computed);
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
            for (Provider other : Security.getProviders("SecretKeyFactory." + ScramKeyCache.ALGORITHM)) {
                if (other != own) {
                    return SecretKeyFactory.getInstance(ScramKeyCache.ALGORITHM, other);
                }
            }
        } catch (NoSuchAlgorithmException e) {
            throw new InvalidKeySpecException(e);
        }
        throw new InvalidKeySpecException("no other provider has " + ScramKeyCache.ALGORITHM);
    }
}
