package com.ketomealplan.testing;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestAuthority.Validity;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ssl.NonValidatingFactory.NonValidatingTM;

/** The proxy between pgjdbc and PostgreSQL. */
class NeonProxyTest {

    private static final String ELSEWHERE = "Pacific/Chatham";

    private static final Duration AGES = Duration.ofDays(1);

    private static TestDatabase database;
    private static SSLContext tls;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private NeonProxy proxy;

    @BeforeAll
    static void createDatabaseAndCertificate() {
        database = TestDatabase.empty();
        tls = TestAuthority.shared()
                .selfSigned("127.0.0.1", List.of(), Validity.VALID)
                .serverContext();
    }

    @BeforeEach
    void startProxy() throws Exception {
        await().until(() -> database.sessions() == 0); // those of the test before
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
            await().until(() -> database.jdbi()
                    .withHandle(handle ->
                            handle.createQuery("""
                            SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                                AND state = 'active' AND query = 'SELECT pg_sleep(60)')
                            """).mapTo(boolean.class).one()));
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
        proxy.wake(AGES);
        Future<Connection> one = executor.submit(() -> connect());
        Future<Connection> other = executor.submit(() -> connect());
        await().until(() -> database.sessions() == 2); // the server has let them in
        assertThat(proxy.connectsBeforeFirstLogin()).isEqualTo(2);
        assertThat(proxy.logins()).isZero();
        assertThatThrownBy(proxy::firstLoginNanos).isInstanceOf(IllegalStateException.class);
        assertThat(one).isNotDone();
        assertThat(other).isNotDone();
        proxy.cut();
        assertThatThrownBy(one::get).hasCauseInstanceOf(SQLException.class);
        assertThatThrownBy(other::get).hasCauseInstanceOf(SQLException.class);

        proxy.wake(Duration.ofMillis(1));
        connect().close();
        long first = proxy.firstLoginNanos();
        connect().close();
        assertThat(proxy.firstLoginNanos()).isEqualTo(first);
        assertThat(proxy.connectsBeforeFirstLogin()).isEqualTo(1);
    }

    @Test
    void delaysEveryLoginFromItsOwnStart() throws Exception {
        proxy.delayEveryLogin(AGES);
        Future<Connection> delayed = executor.submit(() -> connect());
        await().until(() -> database.sessions() == 1); // the server has let it in
        proxy.delayEveryLogin(Duration.ofMillis(1));
        connect().close();
        connect().close();

        assertThat(delayed).isNotDone();
        assertThat(proxy.logins()).isEqualTo(2);
        proxy.cut();
        assertThatThrownBy(delayed::get).hasCauseInstanceOf(SQLException.class);
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
            query(connection, "SELECT 1");
            assertThat(proxy.clientMessages()).isEqualTo(idle + 5);
            query(connection, "SELECT 1");
            assertThat(proxy.clientMessages()).isEqualTo(idle + 10);
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
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new NonValidatingTM()}, null);
        try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", proxy.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"postgresql"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("postgresql");
        }
    }
}
