package com.ketomealplan.scenario;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestAuthority;
import com.ketomealplan.testing.TestAuthority.Validity;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request to cancel a statement has the secret key of its session in it, and comes on a connection of its own. That one is encrypted
 * as the session's is, and its server verified; or the key stays here.
 */
class SecureCancelTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int PATIENCE_SECONDS = 30;
    private static final String SLEEP = "SELECT pg_sleep(3600), 'until it is cancelled'";

    private static final TestAuthority AUTHORITY = TestAuthority.shared();
    private static final SSLContext VALID =
            AUTHORITY.issue("here", List.of("ip:127.0.0.1"), Validity.VALID).serverContext();
    private static final SSLContext OF_ANOTHER_HOST = AUTHORITY
            .issue("other", List.of("dns:other.example.com"), Validity.VALID)
            .serverContext();
    private static final SSLContext OF_NOBODY = AUTHORITY
            .selfSigned("here", List.of("ip:127.0.0.1"), Validity.VALID)
            .serverContext();

    private final TestDatabase database = TestDatabase.empty();
    private NeonProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = NeonProxy.before(database);
        proxy.tls(VALID);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        database.killSessions();
    }

    /** With the authority only where it is to be verified: "require" would do so, too. */
    private Endpoint endpoint(String parameters) {
        String authority = parameters.contains("verify") ? "&sslrootcert=" + AUTHORITY.rootPem() : "";
        return Endpoint.parse(proxy.url(database) + "?" + parameters + authority);
    }

    private static PhysicalConnection open(Endpoint endpoint) throws SQLException {
        return Connectors.to(endpoint).open();
    }

    /** Returns when the server is executing it. */
    private CompletableFuture<Boolean> sleep(PhysicalConnection connection) {
        CompletableFuture<Boolean> sleeping = Clients.async(() -> {
            try (Statement statement = connection.jdbc().createStatement()) {
                return statement.execute(SLEEP);
            }
        });
        await().until(() -> executing() == 1);
        return sleeping;
    }

    private int executing() {
        return database.jdbi().withHandle(handle -> handle.createQuery("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND state = 'active' AND query = :sql
                        """)
                .bind("sql", SLEEP)
                .mapTo(int.class)
                .one());
    }

    /** Cancels a statement of that connection, and returns when that is over, whatever became of it. */
    private CompletableFuture<Boolean> cancel(PhysicalConnection connection) throws Exception {
        CompletableFuture<Boolean> sleeping = sleep(connection);
        Clients.async(() -> {
                    connection.cancel();
                    return true;
                })
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return sleeping;
    }

    private static void isCancelled(CompletableFuture<?> statement) {
        assertThatThrownBy(() -> statement.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("canceling statement due to user request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sslmode=verify-full",
                "sslmode=verify-full&sslnegotiation=direct",
                "sslmode=verify-ca",
                "sslmode=require",
                "sslmode=prefer"
            })
    void aStatementOfAnEncryptedConnectionIsCancelledThroughTls(String parameters) throws Exception {
        try (PhysicalConnection connection = open(endpoint(parameters))) {
            isCancelled(cancel(connection));
        }
        assertThat(proxy.cancelRequests()).isEqualTo(1);
        assertThat(proxy.cancelRequestsInTheClear()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-full", "verify-full&sslnegotiation=direct"})
    void aStatementThatOverrunsItsDeadlineIsCancelledThroughTls(String parameters) throws Exception {
        Pool pool = new ConnectionPool(
                "test",
                new WakeGate(Connectors.to(endpoint("sslmode=" + parameters))),
                Retention.pooled(1, 0, HOUR, HOUR),
                new QueueLimits(HOUR, 10),
                HOUR,
                HOUR);
        pool.getConnection().close(); // so that what overruns is the statement, and not the log-in
        CompletableFuture<Boolean> sleeping =
                Clients.async(() -> Deadline.within(Duration.ofSeconds(1), Duration.ofMinutes(1), () -> {
                    try (Connection connection = pool.getConnection();
                            Statement statement = connection.createStatement()) {
                        return statement.execute(SLEEP);
                    }
                }));

        assertThatThrownBy(() -> sleeping.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SQLException.class);
        await().until(() -> proxy.cancelRequests() == 1);
        await().until(() -> executing() == 0);
        assertThat(proxy.cancelRequestsInTheClear()).isZero();
        pool.stop();
    }

    @Test
    void aConnectionInTheClearIsCancelledInTheClear() throws Exception {
        try (PhysicalConnection connection = open(endpoint("sslmode=disable"))) {
            isCancelled(cancel(connection));
        }
        proxy.tls(null);
        try (PhysicalConnection connection = open(endpoint("sslmode=prefer"))) { // asked for, and declined
            isCancelled(cancel(connection));
        }
        assertThat(proxy.cancelRequestsInTheClear()).isEqualTo(2);
    }

    /** As by somebody who has come in between since the log-in. */
    @ParameterizedTest
    @ValueSource(strings = {"verify-full", "verify-full&sslnegotiation=direct", "require", "prefer"})
    void aServerThatDeclinesTlsGetsNoKey(String parameters) throws Exception {
        PhysicalConnection connection = open(endpoint("sslmode=" + parameters));
        proxy.tls(null);
        keepsItsKey(connection);
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-full", "verify-full&sslnegotiation=direct"})
    void aServerWhoseCertificateDoesNotPassGetsNoKey(String parameters) throws Exception {
        PhysicalConnection connection = open(endpoint("sslmode=" + parameters));
        proxy.tls(OF_NOBODY);
        connection.cancel();
        proxy.tls(OF_ANOTHER_HOST);
        keepsItsKey(connection);
    }

    private void keepsItsKey(PhysicalConnection connection) throws Exception {
        int before = proxy.connects();
        CompletableFuture<Boolean> sleeping = cancel(connection);
        await().untilAsserted(() -> assertThat(proxy.connects()).isEqualTo(before + 1));
        assertThat(proxy.cancelRequests()).isZero();
        assertThat(sleeping).isNotDone();
        connection.closeSocket();
    }

    /** Neither the request for TLS nor the handshake is waited for without an end. */
    @ParameterizedTest
    @ValueSource(strings = {"verify-full", "verify-full&sslnegotiation=direct"})
    void aSilentServerIsGivenUp(String parameters) throws Exception {
        Endpoint impatient = endpoint("sslmode=" + parameters).withDefault("cancelSignalTimeout", "1");
        PhysicalConnection connection = open(impatient);
        proxy.stallConnects(true);
        keepsItsKey(connection);

        proxy.stallConnects(false);
        await().until(() -> proxy.openConnections() == 0);
        assertThat(proxy.cancelRequests()).as("it was not given the key").isZero();
    }
}
