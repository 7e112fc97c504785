package com.ketomealplan.neon.connect;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestAuthority;
import com.ketomealplan.testing.TestAuthority.Validity;
import com.ketomealplan.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the socket derives from the bytes that pass through it: phases, last use, and whether an answer is awaited. */
class PhaseSocketTest {

    private static final Duration AMPLE = Duration.ofMinutes(1);
    private static final Duration BRIEF = Duration.ofMillis(50);

    private static final byte[] SSL_REQUEST =
            ByteBuffer.allocate(8).putInt(8).putInt(80877103).array();
    private static final byte[] STARTUP = startup("user\0somebody\0\0");

    private static final SSLContext CERTIFICATE = TestAuthority.shared()
            .selfSigned("localhost", List.of(), Validity.VALID)
            .serverContext();

    private final List<Phase> entered = new CopyOnWriteArrayList<>();
    private ServerSocket listener;
    private TimedAttempt attempt;
    private PhaseSocket socket;
    private Socket server;

    private static byte[] startup(String parameters) {
        int length = 2 * Integer.BYTES + parameters.length();
        return ByteBuffer.allocate(length)
                .putInt(length)
                .putInt(3 << 16)
                .put(parameters.getBytes(StandardCharsets.UTF_8))
                .array();
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        connect(new PhaseTimeouts(AMPLE, AMPLE, AMPLE), AMPLE);
    }

    private void connect(PhaseTimeouts timeouts, Duration whole) throws IOException {
        entered.clear();
        attempt = new TimedAttempt(timeouts, whole, entered::add, Optional.empty());
        attempt.newSocket();
        socket = attempt.socket();
        socket.connect(listener.getLocalSocketAddress(), 0);
        server = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        attempt.end();
        socket.close();
        server.close();
        listener.close();
    }

    private void send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    private void answer(byte... bytes) throws IOException {
        server.getOutputStream().write(bytes);
    }

    private CompletableFuture<Integer> reading() {
        return Clients.async(() -> socket.getInputStream().read(new byte[100]));
    }

    @Test
    void theLogInBeginsWithTheStartupMessage() throws Exception {
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS);

        send(SSL_REQUEST);
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS);

        send(STARTUP);
        send(STARTUP);
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS, Phase.LOGIN);
    }

    /** A cancel request is sent in the clear only if the startup message was. */
    @Test
    void onlyAStartupMessageShowsThatTheSessionIsInTheClear() throws Exception {
        byte[] gssToken = ByteBuffer.allocate(16).putInt(12).put((byte) 0x60).array();
        send(SSL_REQUEST);
        send(gssToken);
        assertThat(socket.protection()).isEqualTo(PhaseSocket.Protection.OTHER);

        again();
        send(SSL_REQUEST);
        send(STARTUP);
        assertThat(socket.protection()).isEqualTo(PhaseSocket.Protection.NONE);

        again();
        send(SSL_REQUEST);
        send((byte) 22, (byte) 3, (byte) 1, (byte) 0, (byte) 7);
        assertThat(socket.protection()).isEqualTo(PhaseSocket.Protection.TLS);
        assertThat(socket.server()).isEqualTo(listener.getLocalSocketAddress());
    }

    private void again() throws IOException {
        socket.close();
        server.close();
        connect(new PhaseTimeouts(AMPLE, AMPLE, AMPLE), AMPLE);
    }

    @Test
    void noPhaseIsEnteredAfterTheAttempt() throws Exception {
        attempt.end();

        send(STARTUP);

        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS);
    }

    /** Two records of the handshake, whose content looks like another type, and the header of one with data. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 100})
    void tlsRecordsAreFoundInChunksOfAnySize(int chunk) throws Exception {
        byte[] handshake = {22, 3, 1, 0, 7, 23, 23, 23, 23, 23, 23, 23, 20, 3, 3, 0, 1, 23, 22, 3, 3, 0, 0};
        byte[] data = {23, 3, 3, 0, 2, 1, 2};

        inChunks(handshake, chunk);
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS);
        inChunks(data, chunk);
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS, Phase.LOGIN);

        socket.shutdownOutput();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        sent.write(handshake);
        sent.write(data);
        assertThat(server.getInputStream().readAllBytes()).isEqualTo(sent.toByteArray());
    }

    private void inChunks(byte[] bytes, int chunk) throws IOException {
        for (int i = 0; i < bytes.length; i += chunk) {
            socket.getOutputStream().write(bytes, i, Math.min(chunk, bytes.length - i));
        }
    }

    /** In TLS 1.3 the client's Finished is the first record that looks like data; in 1.2 it is the startup message. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theHandshakeIsNotThePhaseOfTheLogIn(String protocol) throws Exception {
        List<Phase> whenVerified = new ArrayList<>();
        SSLSocket secured = secure(protocol, () -> whenVerified.addAll(entered));
        CompletableFuture<byte[]> received = serveTls();

        send(SSL_REQUEST);
        assertThat(socket.getInputStream().read()).isEqualTo('S');
        secured.startHandshake();
        boolean loggingIn = entered.contains(Phase.LOGIN);
        secured.getOutputStream().write(STARTUP);
        secured.close();

        assertThat(received.join()).isEqualTo(STARTUP);
        assertThat(whenVerified).containsExactly(Phase.TCP, Phase.TLS);
        assertThat(loggingIn).isEqualTo(protocol.equals("TLSv1.3"));
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS, Phase.LOGIN);
    }

    @Test
    void aServerThatIsNotTrustedIsNotLoggedInTo() throws Exception {
        SSLSocket secured = secure("TLSv1.2", () -> {
            throw new CertificateException("somebody else");
        });
        CompletableFuture<byte[]> received = serveTls();

        send(SSL_REQUEST);
        assertThat(socket.getInputStream().read()).isEqualTo('S');

        assertThatThrownBy(secured::startHandshake).isInstanceOf(SSLHandshakeException.class);
        assertThat(received).failsWithin(AMPLE);
        assertThat(entered).containsExactly(Phase.TCP, Phase.TLS);
    }

    @FunctionalInterface
    private interface Verification {
        void verify() throws CertificateException;
    }

    private SSLSocket secure(String protocol, Verification verification) throws Exception {
        X509TrustManager trust = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
                verification.verify();
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(null, new TrustManager[] {trust}, null);
        SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", listener.getLocalPort(), true);
        secured.setEnabledProtocols(new String[] {protocol});
        return secured;
    }

    /** Answers the request for TLS, and returns what comes through it. */
    private CompletableFuture<byte[]> serveTls() {
        return Clients.async(() -> {
            server.getInputStream().readNBytes(SSL_REQUEST.length);
            answer((byte) 'S');
            try (Socket secured = CERTIFICATE.getSocketFactory().createSocket(server, null, true)) {
                return secured.getInputStream().readAllBytes();
            }
        });
    }

    @Test
    void theServerIsAwaitedFromWhatIsSentUntilTheAnswerIsRead() throws Exception {
        assertThat(socket.awaitsServer()).isFalse();

        send(STARTUP);
        assertThat(socket.awaitsServer()).isTrue();
        answer((byte) 'R');
        await().until(socket::hasUnread);
        assertThat(socket.awaitsServer()).as("the driver has not read it").isTrue();

        assertThat(reading().join()).isEqualTo(1);
        assertThat(socket.awaitsServer()).isFalse();
    }

    @Test
    void aReadAfterANoticeAwaitsTheServer() throws Exception {
        send(STARTUP);
        answer((byte) 'N');
        reading().join();

        CompletableFuture<Integer> reading = reading();
        await().until(socket::awaitsServer);
        answer((byte) 'C', (byte) 'Z');

        assertThat(reading.join()).isEqualTo(2);
        assertThat(socket.awaitsServer()).isFalse();
    }

    @Test
    void theLastUseIsTheLastByteThatCameOrWent() throws Exception {
        long connected = socket.lastUsedNanos();

        long before = System.nanoTime();
        send(STARTUP);
        long sent = socket.lastUsedNanos();
        assertThat(sent - before).isNotNegative();
        assertThat(sent - connected).isPositive();
        assertThat(System.nanoTime() - sent).isNotNegative();

        answer((byte) 'R');
        await().until(socket::hasUnread);
        assertThat(socket.lastUsedNanos()).as("it has not been read").isEqualTo(sent);

        before = System.nanoTime();
        reading().join();
        assertThat(socket.lastUsedNanos() - before).isNotNegative();
        assertThat(System.nanoTime() - socket.lastUsedNanos()).isNotNegative();
    }

    @Test
    void dataOfTheServerIsUnreadUntilItIsRead() throws Exception {
        assertThat(socket.hasUnread()).isFalse();

        answer((byte) 'E');
        await().until(socket::hasUnread);
        assertThat(reading().join()).isEqualTo(1);
        assertThat(socket.hasUnread()).isFalse();

        server.close();
        assertThat(reading().join()).isEqualTo(-1);
        assertThat(socket.hasUnread()).as("it was closed without a message").isFalse();

        socket.close();
        assertThatThrownBy(socket::hasUnread).isInstanceOf(IOException.class);
    }

    @Test
    void closingEndsABlockedRead() throws Exception {
        CompletableFuture<Integer> reading = reading();
        await().until(socket::awaitsServer);

        socket.close();

        assertThat(reading).failsWithin(AMPLE).withThrowableThat().withCauseInstanceOf(SocketException.class);
        assertThat(socket.awaitsServer()).isFalse();
    }

    @Test
    void closingEndsABlockedWrite() throws Exception {
        OutputStream out = socket.getOutputStream();
        CompletableFuture<Void> writing = Clients.async(() -> {
            while (true) {
                out.write(new byte[1 << 20]); // until nothing more fits into the buffers
            }
        });
        await().until(socket::awaitsServer);

        socket.close();

        assertThat(writing).failsWithin(AMPLE).withThrowableThat().withCauseInstanceOf(SocketException.class);
    }

    @Test
    void aPhaseThatExceedsItsTimeoutEndsItsRead() throws Exception {
        socket.close();
        server.close();
        connect(new PhaseTimeouts(AMPLE, AMPLE, BRIEF), AMPLE);
        send(STARTUP);

        assertThat(reading()).failsWithin(AMPLE).withThrowableThat().withCauseInstanceOf(SocketException.class);
        assertThat(attempt.overrun()).isEqualTo(Optional.of(new TimedAttempt.Overrun(Phase.LOGIN, BRIEF)));
    }

    @Test
    void theDriverAwaitsTheServerWhileItExecutesAndUntilItIsSevered() throws Exception {
        TestDatabase database = TestDatabase.empty();
        try (PhysicalConnection connection = database.connector().open();
                Statement statement = connection.jdbc().createStatement()) {
            assertThat(connection.awaitsServer()).isFalse();
            CompletableFuture<Boolean> executing = Clients.async(
                    () -> statement.execute("DO $$ BEGIN RAISE NOTICE 'begun'; PERFORM pg_sleep(3600); END $$"));
            await().until(() -> statement.getWarnings() != null);
            await().until(connection::awaitsServer);

            connection.closeSocket();

            assertThat(executing).failsWithin(AMPLE).withThrowableThat().withCauseInstanceOf(SQLException.class);
            assertThat(connection.awaitsServer()).isFalse();
            database.killSessions(); // the server has not noticed
        }
    }

    @Test
    void theDriverHasNotReadWhyTheServerEndedItsSession() throws Exception {
        TestDatabase database = TestDatabase.empty();
        try (PhysicalConnection connection = database.connector().open()) {
            assertThat(connection.hasUnread()).isFalse();

            database.terminateSessions();

            await().until(connection::hasUnread);
            assertThat(connection.isAlive()).isFalse();
        }
    }
}
