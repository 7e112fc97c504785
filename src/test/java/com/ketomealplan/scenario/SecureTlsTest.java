package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.HostAndPort;
import com.ketomealplan.neon.url.SessionSettings;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.FlightCounter;
import com.ketomealplan.testing.TestAuthority;
import com.ketomealplan.testing.TestAuthority.ServerCertificate;
import com.ketomealplan.testing.TestAuthority.Validity;
import com.ketomealplan.testing.TlsPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real PostgreSQL with TLS, and certificates of all kinds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureTlsTest {

    private static final TestAuthority AUTHORITY = TestAuthority.shared();
    private static final String LOADED = "pg_conf_load_time()";
    private static final List<String> HERE = List.of("dns:localhost", "ip:127.0.0.1");

    private final ServerCertificate valid = AUTHORITY.issue("localhost", HERE, Validity.VALID);

    /** The server reads its certificate from these files. */
    private final ServerCertificate shown = copyOf(valid);

    private final TlsPostgres server = TlsPostgres.start(shown);

    @AfterAll
    void stop() {
        server.close();
    }

    private static ServerCertificate copyOf(ServerCertificate certificate) {
        try {
            Path pem = Files.createTempFile("shown", ".pem"); // its owner's alone, as PostgreSQL demands of a key
            Path key = Files.createTempFile("shown", ".key");
            pem.toFile().deleteOnExit();
            key.toFile().deleteOnExit();
            Files.write(pem, Files.readAllBytes(certificate.certificatePem()));
            Files.write(key, Files.readAllBytes(certificate.keyPem()));
            return new ServerCertificate(pem, key, certificate.serverContext());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on the server shows this one to new connections. */
    private void serve(ServerCertificate certificate) throws Exception {
        Files.write(shown.certificatePem(), Files.readAllBytes(certificate.certificatePem()));
        Files.write(shown.keyPem(), Files.readAllBytes(certificate.keyPem()));
        String before;
        try (PhysicalConnection opened = open(unverified())) {
            before = show(opened, LOADED);
            assertThat(show(opened, "pg_reload_conf()")).isEqualTo("t");
        }
        await().until(() -> !loaded().equals(before));
    }

    /** When the server read its files, as a new connection finds it. */
    private String loaded() throws SQLException {
        try (PhysicalConnection opened = open(unverified())) {
            return show(opened, LOADED);
        }
    }

    /** Whatever certificate it shows. */
    private String unverified() {
        return server.url("localhost", "sslmode=require");
    }

    private String url(String mode) {
        return server.url("localhost", "sslmode=" + mode + "&sslrootcert=" + AUTHORITY.rootPem());
    }

    private static PhysicalConnection open(String url) throws SQLException {
        return Connectors.to(Endpoint.parse(url)).open();
    }

    private static Failure refusal(String url) {
        try (PhysicalConnection opened = open(url)) {
            throw new AssertionError("connected: " + opened.jdbc());
        } catch (SQLException e) {
            return Failure.toOpen(e);
        }
    }

    private static String show(PhysicalConnection opened, String expression) throws SQLException {
        try (ResultSet rows = opened.jdbc().createStatement().executeQuery("SELECT " + expression)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void aValidCertificateIsTaken() throws Exception {
        serve(valid);

        try (PhysicalConnection opened = open(url("verify-full"))) {
            assertThat(show(opened, "ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isEqualTo("t");
        }
    }

    /** As PostgreSQL reads it; that it is encrypted is {@link SecureCancelTest}'s. */
    @ParameterizedTest
    @ValueSource(strings = {"postgres", "direct"})
    void aRequestToCancelIsTaken(String negotiation) throws Exception {
        serve(valid);

        try (PhysicalConnection opened = open(url("verify-full") + "&sslnegotiation=" + negotiation)) {
            CompletableFuture<String> sleeping = Clients.async(() -> show(opened, "pg_sleep(3600)"));
            await().until(opened::awaitsServer);
            await().until(
                            () -> { // it may come before the statement
                                opened.cancel();
                                return sleeping.isDone();
                            });

            assertThatThrownBy(sleeping::join).hasMessageContaining("canceling statement due to user request");
        }
    }

    /** The same of direct TLS, which a server that does not verify would never see. */
    @Test
    void theFieldThatDidNotPassIsNamed() throws Exception {
        serve(AUTHORITY.issue("localhost", HERE, Validity.EXPIRED));
        assertThat(refusal(url("verify-full")).cause()).contains("(notAfter)").contains("expired");
        assertThat(refusal(url("verify-full") + "&sslnegotiation=direct").cause())
                .contains("(notAfter)");
        assertThat(refusal(url("verify-ca")).kind()).isEqualTo(FailureKind.MISCONFIGURED);
    }

    @Test
    void aCertificateOfTomorrowIsRefused() throws Exception {
        serve(AUTHORITY.issue("localhost", HERE, Validity.NOT_YET_VALID));
        assertThat(refusal(url("verify-full")).cause()).contains("(notBefore)");
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() throws Exception {
        serve(AUTHORITY.issue("other", List.of("dns:other.example.com"), Validity.VALID));
        assertThat(refusal(url("verify-full")).cause())
                .contains("(subjectAltName)")
                .contains("another host");
        try (PhysicalConnection opened = open(url("verify-ca"))) { // which asks for the authority only
            assertThat(show(opened, "1")).isEqualTo("1");
        }
    }

    @Test
    void aCertificateOfNobodyIsRefused() throws Exception {
        serve(AUTHORITY.selfSigned("localhost", HERE, Validity.VALID));
        Failure byAuthority = refusal(url("verify-full"));
        assertThat(byAuthority.cause()).contains("(issuer)").contains("sslrootcert=FILE");
        assertThat(byAuthority.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(refusal(server.url("localhost", "sslmode=verify-full")).cause())
                .contains("(issuer)");
        assertThat(refusal(url("require")).cause()).contains("(issuer)");
    }

    /** What Neon's hosts get without being asked, against a server that can do all of it. */
    @Test
    void neonsDefaultsSaveTwoRoundTrips() throws Exception {
        serve(valid);
        try (FlightCounter counter = new FlightCounter(server.port())) {
            Endpoint plain = Endpoint.parse(url("verify-full") + "&application_name=test");
            List<HostAndPort> hosts = List.of(new HostAndPort("localhost", counter.port()));

            int before = roundTrips(at(hosts, plain, Map.of()), counter);
            int after = roundTrips(at(hosts, plain, neonDefaults()), counter);

            // SSLRequest, TLS 1.3, startup, SCRAM twice, SET; and without the first and the last
            assertThat(before).isEqualTo(6);
            assertThat(after).isEqualTo(4);
        }
    }

    private static Map<String, String> neonDefaults() {
        Map<String, String> defaults =
                new HashMap<>(Endpoint.parse("postgresql://u:p@ep-a.eu-central-1.aws.neon.tech/db")
                        .driverProperties());
        assertThat(defaults)
                .containsEntry("sslNegotiation", "direct")
                .containsEntry("channelBinding", "require")
                .containsEntry("requireAuth", "scram-sha-256")
                .containsEntry("assumeMinServerVersion", "14");
        defaults.remove("sslfactory"); // that of the JDK's trust store, which does not know the test's authority
        return defaults;
    }

    private static Endpoint at(List<HostAndPort> hosts, Endpoint endpoint, Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(endpoint.driverProperties());
        properties.putAll(more);
        return new Endpoint(
                hosts,
                endpoint.database(),
                endpoint.user(),
                endpoint.password(),
                properties,
                SessionSettings.NONE,
                false,
                List.of());
    }

    /** The least of some: now and then the server's session tickets overtake the client's next message. */
    private static int roundTrips(Endpoint endpoint, FlightCounter counter) throws SQLException {
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            least = Math.min(least, connect(endpoint, counter));
        }
        return least;
    }

    private static int connect(Endpoint endpoint, FlightCounter counter) throws SQLException {
        try (PhysicalConnection opened = Connectors.to(endpoint).open()) {
            int roundTrips = counter.roundTrips();
            assertThat(show(opened, "current_setting('application_name')")).isEqualTo("test");
            return roundTrips;
        } finally {
            counter.roundTrips();
        }
    }

    @Test
    void nothingFallsBackToLess() throws Exception {
        serve(valid);
        assertThatThrownBy(() -> open(server.url("localhost", "sslmode=disable&channel_binding=require")))
                .hasMessageContaining("Channel Binding");
    }
}
