package com.ketomealplan.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy between pgjdbc and PostgreSQL. */
class NeonProxyTest {

    private static final String ELSEWHERE = "Pacific/Chatham";

    private static final String PASSWORD = "changeit";

    private static TestDatabase database;
    private static SSLContext tls;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private NeonProxy proxy;

    @BeforeAll
    static void createDatabaseAndCertificate(@TempDir Path directory) throws Exception {
        database = TestDatabase.empty();
        tls = selfSigned(directory);
    }

    @BeforeEach
    void startProxy() throws Exception {
        proxy = NeonProxy.before(database);
    }

    @AfterEach
    void stopProxy() throws Exception {
        executor.shutdownNow();
        proxy.close();
    }

    private Connection connect() throws SQLException {
        return connect(Map.of());
    }

    private Connection connect(Map<String, String> settings) throws SQLException {
        Endpoint endpoint = Endpoint.parse(proxy.url(database));
        Properties properties = endpoint.connectionProperties();
        properties.putAll(settings);
        return DriverManager.getConnection(endpoint.jdbcUrl(), properties);
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void passesAQueryThrough() throws Exception {
        try (Connection connection = connect()) {
            assertThat(query(connection, "SELECT current_database()"))
                    .isEqualTo(database.endpoint().database());
            assertThat(proxy.openConnections()).isEqualTo(1);
            assertThat(proxy.logins()).isEqualTo(1);
        }
        await().until(() -> proxy.openConnections() == 0);
        assertThat(proxy.connects()).isEqualTo(1);
    }

    @Test
    void passesOnTheRequestToCancelAQuery() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            Future<Boolean> query = executor.submit(() -> statement.execute("SELECT pg_sleep(60)"));
            await().until(() -> database.jdbi().withHandle(handle -> handle.createQuery(
                            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)')")
                    .mapTo(boolean.class)
                    .one()));
            statement.cancel();
            assertThatThrownBy(query::get).cause().satisfies(e -> assertThat(sqlState(e))
                    .isEqualTo("57014"));
        }
    }

    @Test
    void dropsStartupParameters() throws Exception {
        TimeZone here = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(ELSEWHERE)); // pgjdbc sends it as a startup parameter
        try {
            try (Connection connection = connect()) {
                assertThat(query(connection, "SHOW TimeZone")).isEqualTo(ELSEWHERE);
            }
            proxy.dropStartupParameters(true);
            try (Connection connection = connect()) {
                assertThat(query(connection, "SHOW TimeZone")).isNotEqualTo(ELSEWHERE);
                assertThat(query(connection, "SELECT source FROM pg_settings WHERE name = 'TimeZone'"))
                        .isNotEqualTo("client");
            }
            assertThat(proxy.startups()).hasSize(2).allSatisfy(startup -> assertThat(startup)
                    .containsEntry("TimeZone", ELSEWHERE)
                    .containsEntry("database", database.endpoint().database()));
        } finally {
            TimeZone.setDefault(here);
        }
    }

    @Test
    void refusesLoginsInItsOwnWords() throws Exception {
        proxy.refuseLogins("The endpoint has been disabled.");
        assertRefused("The endpoint has been disabled.");
        assertRefused("The endpoint has been disabled.");
        proxy.refuseLogins(1, "Too many connections attempts");
        assertRefused("Too many connections attempts");
        connect().close();
        proxy.refuseLogins("again");
        proxy.acceptLogins();
        connect().close();
    }

    private void assertRefused(String text) {
        assertThatThrownBy(this::connect).hasMessageContaining(text).satisfies(e -> assertThat(sqlState(e))
                .isEqualTo("XX000"));
    }

    private static String sqlState(Throwable exception) {
        return ((SQLException) exception).getSQLState();
    }

    @Test
    void holdsLoginsUntilTheComputeIsAwake() throws Exception {
        connect().close(); // what the driver loads at its first use should not take its time below
        proxy.wake(Duration.ofMillis(300));
        long start = System.nanoTime();
        Future<Connection> one = executor.submit(() -> connect());
        Future<Connection> other = executor.submit(() -> connect());
        one.get().close();
        other.get().close();
        assertThat(proxy.firstLoginNanos() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(proxy.connectsBeforeFirstLogin()).isEqualTo(2);
        assertThat(proxy.logins()).isEqualTo(3);
    }

    @Test
    void delaysEveryLoginFromItsOwnStart() throws Exception {
        proxy.delayEveryLogin(Duration.ofMillis(100));
        long start = System.nanoTime();
        connect().close();
        connect().close();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
    }

    @Test
    void suspendingEndsOpenConnectionsWithAnError() throws Exception {
        try (Connection connection = connect()) {
            proxy.suspend();
            assertThat(proxy.openConnections()).isZero();
            assertThatThrownBy(() -> query(connection, "SELECT 1"))
                    .satisfies(e -> assertThat(sqlState(e)).isEqualTo("57P01"));
        }
        connect().close();
    }

    @Test
    void cutsConnectionsWithoutAWord() throws Exception {
        try (Connection connection = connect()) {
            proxy.cut();
            assertThatThrownBy(() -> query(connection, "SELECT 1"))
                    .satisfies(e -> assertThat(sqlState(e)).isEqualTo("08006"))
                    .rootCause()
                    .hasMessageMatching("(?i).*(connection reset|broken pipe).*");
        }
        await().untilAsserted(() -> assertThat(database.sessions()).isZero());
    }

    @Test
    void cutsAtAMessage() throws Exception {
        try (Connection connection = connect()) {
            query(connection, "SELECT 1");
            proxy.intercept((any, direction, type, body) ->
                    direction == Direction.FROM_SERVER && type == 'C' ? Action.CUT : Action.PASS);
            assertThatThrownBy(() -> query(connection, "SELECT 1"))
                    .satisfies(e -> assertThat(sqlState(e)).isEqualTo("08006"));
            assertThat(proxy.openConnections()).isZero();
        }
    }

    @Test
    void stallsNewConnections() throws Exception {
        proxy.stallConnects(true);
        Future<Connection> stalled = executor.submit(() -> connect());
        await().until(() -> proxy.connects() == 1);
        assertThat(proxy.startups()).isEmpty();
        proxy.stallConnects(false);
        stalled.get().close();
        assertThat(proxy.startups()).hasSize(1);
    }

    @Test
    void stallsOpenConnections() throws Exception {
        try (Connection connection = connect()) {
            proxy.stall(true);
            long before = proxy.clientMessages();
            Future<String> stalled = executor.submit(() -> query(connection, "SELECT 1"));
            await().until(() -> proxy.clientMessages() > before);
            assertThat(stalled).isNotDone();
            proxy.stall(false);
            assertThat(stalled.get()).isEqualTo("1");
        }
    }

    @Test
    void countsWhatClientsSend() throws Exception {
        try (Connection connection = connect()) {
            long idle = proxy.clientMessages();
            await().during(Duration.ofMillis(200)).until(() -> proxy.clientMessages() == idle);
            query(connection, "SELECT 1");
            assertThat(proxy.clientMessages()).isEqualTo(idle + 5);
            assertThat(proxy.clientMessagesByType()).containsKeys('P', 'B', 'D', 'E', 'S');
        }
        await().until(() -> proxy.openConnections() == 0);
        assertThat(proxy.clientMessagesByType()).doesNotContainKey('X');
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "direct"})
    void endsTls(String negotiation) throws Exception {
        proxy.tls(tls);
        try (Connection connection = connect(Map.of("sslmode", "require", "sslNegotiation", negotiation))) {
            assertThat(query(connection, "SELECT 1")).isEqualTo("1");
            proxy.suspend();
            assertThatThrownBy(() -> query(connection, "SELECT 1"))
                    .satisfies(e -> assertThat(sqlState(e)).isEqualTo("57P01"));
        }
    }

    @Test
    void declinesTlsWithoutACertificate() {
        assertThatThrownBy(() -> connect(Map.of("sslmode", "require"))).hasMessageContaining("does not support SSL");
    }

    @Test
    void agreesOnThePostgresqlProtocolWithinDirectTls() throws Exception {
        proxy.tls(tls);
        try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", proxy.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"postgresql"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("postgresql");
        }
    }

    /** For both sides: presents a certificate of its own, and trusts it. */
    private static SSLContext selfSigned(Path directory) throws Exception {
        Path file = directory.resolve("certificate.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "proxy",
                        "-dname",
                        "CN=127.0.0.1",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
