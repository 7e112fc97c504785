package com.ketomealplan.http.listen;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.TestAuthority;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.jetty.HttpsConnectorFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListeningPortsTest {

    @TempDir
    Path directory;

    private static DefaultServerFactory server(Path keyStore, String password) {
        HttpsConnectorFactory https = new HttpsConnectorFactory();
        https.setPort(0);
        https.setBindHost("127.0.0.1");
        https.setKeyStorePath(keyStore.toString());
        https.setKeyStorePassword(password);
        https.setKeyStoreType("PKCS12");
        DefaultServerFactory server = new DefaultServerFactory();
        server.setApplicationConnectors(List.of(https));
        server.setAdminConnectors(List.of());
        return server;
    }

    private void isRefused(Path keyStore, String password, String words) {
        assertThatThrownBy(() -> ListeningPorts.requireFree(server(keyStore, password)))
                .isInstanceOf(ListeningException.class)
                .hasMessageStartingWith("server.applicationConnectors[0].keyStorePath: ")
                .hasMessageContaining(words)
                .hasMessageNotContaining("geheim");
    }

    /** With a certificate that is trusted, and no key. */
    private Path keyStore() throws Exception {
        Path file = directory.resolve("store.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(TestAuthority.shared().rootPem());
                OutputStream out = Files.newOutputStream(file)) {
            Certificate root = CertificateFactory.getInstance("X.509").generateCertificate(pem);
            store.setCertificateEntry("root", root);
            store.store(out, "geheim".toCharArray());
        }
        return file;
    }

    @Test
    void aKeyStoreThatIsNoneIsAMistake() throws Exception {
        isRefused(directory.resolve("missing"), "geheim", "does not exist");
        isRefused(Files.writeString(directory.resolve("text"), "no store"), "geheim", "is no key store of type PKCS12");
        isRefused(directory, "geheim", "cannot be read");
        isRefused(keyStore(), "geheim2", "is not opened by keyStorePassword");
        isRefused(keyStore(), "geheim", "has no private key");
    }

    @Test
    void portsThatAreFreeAreNone() throws IOException {
        DefaultServerFactory server = new DefaultServerFactory();
        server.setApplicationConnectors(List.of());
        server.setAdminConnectors(List.of());
        assertThatCode(() -> ListeningPorts.requireFree(server)).doesNotThrowAnyException();
    }
}
