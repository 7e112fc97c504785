package com.ketomealplan.neon.connect;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * A socket that detects the phases of a {@link TimedAttempt} from the bytes that the driver sends: pgjdbc does not report the end of
 * its TLS handshake. Afterwards it records whether the server owes an answer.
 */
final class PhaseSocket extends Socket {

    private final TimedAttempt attempt;
    private OutputStream output;
    private InputStream input;
    private volatile long sentNanos = System.nanoTime();
    private volatile long receivedNanos = sentNanos;
    private volatile boolean reading;
    private volatile InetSocketAddress server;
    private volatile Protection protection = Protection.OTHER;

    /** The encryption of the connection. */
    enum Protection {
        /** The startup message was sent in the clear. */
        NONE,
        TLS,
        /** Another one, or not known yet. */
        OTHER
    }

    PhaseSocket(TimedAttempt attempt) {
        this.attempt = attempt;
    }

    @Override
    public void connect(SocketAddress address, int timeoutMillis) throws IOException {
        server = (InetSocketAddress) address;
        super.connect(address, timeoutMillis);
        attempt.enter(Phase.TLS);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        if (output == null) {
            output = new ObservedOutput(super.getOutputStream());
        }
        return output;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        if (input == null) {
            input = new ObservedInput(super.getInputStream());
        }
        return input;
    }

    /** Returns the server's address, with the host as the driver names it. */
    InetSocketAddress server() {
        return server;
    }

    Protection protection() {
        return protection;
    }

    /** Returns whether the server owes an answer: the driver waits for one, or is about to. */
    boolean awaitsServer() {
        return reading || sentNanos - receivedNanos > 0;
    }

    /** Returns when the last byte was sent or received, by {@link System#nanoTime()}. */
    long lastUsedNanos() {
        return Math.max(sentNanos - receivedNanos, 0) + receivedNanos;
    }

    /** Returns whether there are unread bytes. A system call of about a microsecond. */
    boolean hasUnread() throws IOException {
        return getInputStream().available() > 0;
    }

    /** Parses what the driver sends until the log-in begins. */
    private final class ObservedOutput extends FilterOutputStream {

        /** The header of a TLS record: its type, its version in two bytes, and its length in two. */
        private static final int RECORD_HEADER = 5;

        /** First sent by the client when it has verified the server: Finished in TLS 1.3, the startup message in 1.2. */
        private static final int APPLICATION_DATA = 23;

        private static final int HANDSHAKE = 22;

        /** The length of SSLRequest and GSSENCRequest; a startup message is longer. */
        private static final int REQUEST = 8;

        /** The protocol version, in the two bytes after a startup message's length. GSSAPI has its token there. */
        private static final int MAJOR_VERSION = 3;

        private final byte[] header = new byte[RECORD_HEADER];
        private boolean tls;
        private int headerLength;
        private int recordRemaining;
        private boolean loginStarted;

        ObservedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!loginStarted) {
                observe(bytes, offset, length);
            }
            sentNanos = System.nanoTime();
            out.write(bytes, offset, length);
        }

        private void observe(byte[] bytes, int offset, int length) {
            if (!tls && bytes[offset] != HANDSHAKE) {
                if (length > REQUEST) {
                    if (bytes[offset + 4] == 0 && bytes[offset + 5] == MAJOR_VERSION) {
                        protection = Protection.NONE;
                    }
                    enterLogin();
                }
                return;
            }
            tls = true;
            protection = Protection.TLS;
            for (int i = offset; i < offset + length && !loginStarted; ) {
                if (recordRemaining > 0) {
                    int skipped = Math.min(recordRemaining, offset + length - i);
                    recordRemaining -= skipped;
                    i += skipped;
                } else {
                    header[headerLength++] = bytes[i++];
                    if (headerLength == RECORD_HEADER) {
                        readRecordHeader();
                    }
                }
            }
        }

        private void readRecordHeader() {
            headerLength = 0;
            recordRemaining = (header[3] & 0xff) << 8 | header[4] & 0xff;
            if (header[0] == APPLICATION_DATA) {
                enterLogin();
            }
        }

        private void enterLogin() {
            loginStarted = true;
            attempt.enter(Phase.LOGIN);
        }
    }

    private final class ObservedInput extends FilterInputStream {

        ObservedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            reading = true;
            try {
                return in.read(bytes, offset, length);
            } finally {
                receivedNanos = System.nanoTime();
                reading = false;
            }
        }
    }
}
