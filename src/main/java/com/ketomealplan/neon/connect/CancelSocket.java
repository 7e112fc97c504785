package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.Sparsely;
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
 * What a request to cancel a statement is sent by, with the secret key of its session in it: pgjdbc opens another connection for that, and
 * writes the request to whatever socket it is given. So it is given one that is encrypted already, to the address of the session's own
 * connection, negotiated and verified by the same code and properties; or none.
 */
final class CancelSocket {

    private static final Logger LOG = LoggerFactory.getLogger(CancelSocket.class);
    private static final Sparsely REFUSED = new Sparsely();

    /** Where the driver's time-out is switched off: nobody waits for ever. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

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
     * Returns the socket for a request to cancel a statement of another one's session. It is connected, unless that session is not
     * encrypted: then pgjdbc connects it.
     *
     * @param properties what the session was opened with
     * @throws IOException if it cannot be encrypted as the session is, within the driver's time-out for such requests
     */
    static Socket like(PhaseSocket session, Properties properties) throws IOException {
        return switch (session.protection()) {
            case NONE -> new Socket();
            case TLS -> new CancelSocket(session.server(), properties).encrypted();
            case OTHER -> throw new IOException("the session is encrypted, and not by TLS");
        };
    }

    private Socket encrypted() throws IOException {
        Socket socket = new Socket();
        Duration time = time();
        Future<?> end = Timer.after(time, () -> close(socket)); // the only way to end a blocked handshake
        boolean done = false;
        try {
            socket.connect(server, Math.toIntExact(time.toMillis()));
            Socket encrypted = encrypt(socket);
            done = true;
            return encrypted;
        } catch (IOException | SQLException e) { // pgjdbc keeps it to itself
            if (REFUSED.omittedBefore().isPresent()) {
                LOG.warn(
                        "A statement is not cancelled, because the request could not be sent to {} encrypted: {}",
                        server,
                        e.getMessage());
            }
            throw new IOException("no encrypted connection to cancel a statement", e);
        } finally {
            end.cancel(false);
            if (!done) {
                close(socket);
            }
        }
    }

    private Duration time() {
        try {
            int seconds = PGProperty.CANCEL_SIGNAL_TIMEOUT.getInt(properties);
            return seconds > 0 ? Duration.ofSeconds(seconds) : LONGEST;
        } catch (SQLException e) {
            return LONGEST;
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

    /** Of a socket that is there. */
    private static final class OneSocket extends DriverSockets {

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
