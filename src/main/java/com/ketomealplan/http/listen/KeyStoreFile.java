package com.ketomealplan.http.listen;

import io.dropwizard.jetty.HttpsConnectorFactory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import java.util.Optional;

/** The file with an {@code https} connector's certificate and key, which Jetty opens after everything else was started. */
final class KeyStoreFile {

    private KeyStoreFile() {}

    /** Returns the problem of the file; empty if there is none, or if it is not a file. */
    static Optional<String> problem(HttpsConnectorFactory https) {
        if (https.getKeyStorePath() == null || https.getKeyStoreProvider() != null) {
            return Optional.empty();
        }
        String password = https.getKeyStorePassword();
        try (InputStream content = Files.newInputStream(Path.of(https.getKeyStorePath()))) {
            KeyStore store = KeyStore.getInstance(https.getKeyStoreType());
            store.load(content, password == null ? null : password.toCharArray());
            return hasKey(store) ? Optional.empty() : Optional.of("has no private key with its certificate");
        } catch (NoSuchFileException | FileNotFoundException e) {
            return Optional.of("does not exist; write the path of a key store");
        } catch (IOException | InvalidPathException | GeneralSecurityException e) {
            return Optional.of(
                    e.getCause() instanceof UnrecoverableKeyException
                            ? "is not opened by keyStorePassword"
                            : "is no key store of type " + https.getKeyStoreType()
                                    + ", or cannot be read; set keyStoreType, or make one by keytool -importkeystore");
        }
    }

    private static boolean hasKey(KeyStore store) throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                return true;
            }
        }
        return false;
    }
}
