package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestAuthority;
import com.ketomealplan.testing.TestAuthority.Validity;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service finds out by itself that it is at Neon, and lets it sleep. The name of a Neon host leads to this machine, and
 * the test's authority has certified it: both are settings of a whole JVM, so the service has one of its own.
 */
@Tag("campaign")
class SleepSafeJarTest {

    private static final String HOST = "ep-quiet-night-a1b2c3d4.eu-central-1.aws.neon.tech";
    /** How often the service looks at its idle connections, which is about once a second. */
    private static final int LOOKS = Ring.times(4, 10);

    /** For a TLS handshake of a new JVM on a machine that is busy otherwise. */
    private static final String NO_HURRY = Stream.of(
                    "connect.tlsTimeout", "connect.loginTimeout", "unitOfWork.deadline")
            .map(name -> " -Ddw.database." + name + "=1m")
            .collect(Collectors.joining());

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.migrated();
    private final String port = FreePort.text();
    private final String adminPort = FreePort.text();

    @TempDir
    Path directory;

    /** A JVM that takes the name for this machine's, and trusts the test's authority alone. */
    private String javaOptions() throws Exception {
        Path hosts =
                Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost%n127.0.0.1 %s%n".formatted(HOST));
        Path trusted = directory.resolve("trusted.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream root = Files.newInputStream(TestAuthority.shared().rootPem());
                OutputStream file = Files.newOutputStream(trusted)) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(root);
            store.setCertificateEntry("root", certificate);
            store.store(file, "password".toCharArray());
        }
        return "-Djdk.net.hosts.file=%s -Djavax.net.ssl.trustStore=%s -Djavax.net.ssl.trustStorePassword=password"
                        .formatted(hosts, trusted)
                + NO_HURRY;
    }

    private String url(NeonProxy neon) {
        // The proxy ends TLS, as Neon's does, but the server behind it cannot tell whose certificate the client has
        // seen
        return neon.url(database).replace("@127.0.0.1:", "@" + HOST + ":") + "?channel_binding=prefer";
    }

    private String admin(String path) throws IOException {
        try (InputStream body =
                URI.create("http://127.0.0.1:" + adminPort + path).toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void poll(ServiceProcess service) throws IOException {
        for (String path : SleepSafePolling.OF_APPLICATION) {
            assertThat(service.get(path).statusCode()).as(path).isEqualTo(200);
        }
        for (String path : SleepSafePolling.OF_ADMIN) {
            assertThat(admin(path)).as(path).isNotEmpty();
        }
    }

    @Test
    void aServiceAtNeonIsLookedAtWithoutAMessageToItsDatabase() throws Exception {
        try (NeonProxy neon = NeonProxy.before(database)) {
            neon.tls(TestAuthority.shared()
                    .issue(HOST, List.of("dns:*.eu-central-1.aws.neon.tech"), Validity.VALID)
                    .serverContext());
            Map<String, String> environment = Map.of(
                    "PORT",
                    port,
                    "ADMIN_PORT",
                    adminPort,
                    "NEON_DATABASE_URL",
                    url(neon),
                    "JDK_JAVA_OPTIONS",
                    javaOptions());
            try (ServiceProcess service =
                    ServiceProcess.run(environment, "server", "config.yml").awaitHealthy()) {
                for (int i = 0; i < 5; i++) {
                    poll(service);
                }
                assertThat(neon.connects()).isZero();

                assertThat(service.get("/users/" + UUID.randomUUID()).statusCode())
                        .as(service::output)
                        .isEqualTo(404);
                assertThat(neon.logins()).isEqualTo(1);
                long messages = neon.clientMessages();
                await().atMost(PATIENCE).until(() -> {
                    poll(service);
                    return SleepSafePolling.looks(admin("/metrics/prometheus")) > LOOKS;
                });

                assertThat(neon.clientMessages()).isEqualTo(messages);
                assertThat(neon.connects()).isEqualTo(1);
            }
        }
    }
}
