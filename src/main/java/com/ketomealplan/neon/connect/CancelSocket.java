package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.LogThrottle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Future;
import org.postgresql.PGProperty;
import org.postgresql.core.PGStream;
import org.postgresql.jdbc.SslNegotiation;
import org.postgresql.ssl.MakeSSL;
import org.postgresql.util.HostSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket of a cancel request, which contains the secret key of its session. pgjdbc sends it in the clear to the socket that its factory
 * returns. So this one is encrypted already, to the address of the session's own connection, negotiated and verified by the same code and
 * properties.
 */
final class CancelSocket {

    private static final Logger LOG = LoggerFactory.getLogger(CancelSocket.class);
    private static final LogThrottle LOG_THROTTLE = new LogThrottle();

    /** Used if the driver's timeout is switched off. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** SSLRequest: its length, and its code in two halves. */
    private static final int REQUEST_LENGTH = 8;

    private static final int REQUEST_CODE = 1234;
    private static final int SSL_CODE = 5679;

    private final InetSocketAddress server;
    private final Properties properties;

    private CancelSocket(InetSocketAddress server, Properties properties) {
        this.server = server;
        this.properties = properties;
    }

    /**
     * Returns the socket of a cancel request for a session. It is connected, unless the session is not encrypted: then pgjdbc
     * connects it. Blocks.
     *
     * @param properties the properties of the session
     * @throws IOException if it cannot be encrypted as the session is, within the driver's timeout of cancel requests
     */
    static Socket forSession(PhaseSocket session, Properties properties) throws IOException {
        return switch (session.protection()) {
            case NONE -> new Socket();
            case TLS -> new CancelSocket(session.server(), properties).encrypted();
            case OTHER -> throw new IOException("the session is encrypted, and not by TLS");
        };
    }

    private Socket encrypted() throws IOException {
        Socket socket = new Socket();
        Duration time = timeout();
        Future<?> end = Timer.after(time, () -> close(socket)); // the only way to end a blocked handshake
        boolean done = false;
        try {
            socket.connect(server, Math.toIntExact(time.toMillis()));
            Socket encrypted = encrypt(socket);
            done = true;
            return encrypted;
        } catch (IOException | SQLException e) { // pgjdbc does not log it
            if (LOG_THROTTLE.tryAcquire().isPresent()) {
                LOG.warn(
                        "Cancel request to {} not sent, because it could not be encrypted: {}", server, e.getMessage());
            }
            throw new IOException("no encrypted connection to cancel a statement", e);
        } finally {
            end.cancel(false);
            if (!done) {
                close(socket);
            }
        }
    }

    private Duration timeout() {
        try {
            int seconds = PGProperty.CANCEL_SIGNAL_TIMEOUT.getInt(properties);
            return seconds > 0 ? Duration.ofSeconds(seconds) : DEFAULT_TIMEOUT;
        } catch (SQLException e) {
            return DEFAULT_TIMEOUT;
        }
    }

    private Socket encrypt(Socket connected) throws IOException, SQLException {
        HostSpec host = new HostSpec(server.getHostString(), server.getPort());
        PGStream stream = new PGStream(new OneSocket(connected), host, 0, REQUEST_LENGTH);
        if (SslNegotiation.of(PGProperty.SSL_NEGOTIATION.getOrDefault(properties)) != SslNegotiation.DIRECT) {
            stream.sendInteger4(REQUEST_LENGTH);
            stream.sendInteger2(REQUEST_CODE);
            stream.sendInteger2(SSL_CODE);
            stream.flush();
            if (stream.receiveChar() != 'S') {
                throw new IOException("the server declines TLS");
            }
        }
        MakeSSL.convert(stream, properties);
        return stream.getSocket();
    }

    /** A factory of one given socket. */
    private static final class OneSocket extends PgSocketFactory {

        private final Socket socket;

        OneSocket(Socket socket) {
            this.socket = socket;
        }

        @Override
        public Socket createSocket() {
            return socket;
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is being given up
        }
    }
}
