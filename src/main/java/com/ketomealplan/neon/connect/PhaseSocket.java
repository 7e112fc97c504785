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
 * A socket that tells an {@link Attempt} which phase it is in, by looking at what the driver sends: nobody else knows
 * when a TLS handshake inside pgjdbc has ended. Afterwards it tells whose turn it is, the server's or ours.
 */
final class PhaseSocket extends Socket {

    private final Attempt attempt;
    private OutputStream observed;
    private InputStream heard;
    private volatile long sentNanos = System.nanoTime();
    private volatile long heardNanos = sentNanos;
    private volatile boolean reading;
    private volatile InetSocketAddress server;
    private volatile Protection protection = Protection.OTHER;

    /** What keeps others from reading along. */
    enum Protection {
        /** The startup message was sent as it is. */
        NONE,
        TLS,
        /** Another one, or nothing was sent yet that could tell. */
        OTHER
    }

    PhaseSocket(Attempt attempt) {
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
        if (observed == null) {
            observed = new Observed(super.getOutputStream());
        }
        return observed;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        if (heard == null) {
            heard = new Heard(super.getInputStream());
        }
        return heard;
    }

    /** Where it leads, with the host as the driver names it. */
    InetSocketAddress server() {
        return server;
    }

    Protection protection() {
        return protection;
    }

    /** Whether the server owes an answer: the driver waits for one, or is about to. A notice may come long before it. */
    boolean awaitsServer() {
        return reading || sentNanos - heardNanos > 0;
    }

    /** When the last byte came or went, by {@link System#nanoTime()}. */
    long lastUsedNanos() {
        return Math.max(sentNanos - heardNanos, 0) + heardNanos;
    }

    /** Whether the server has sent something that nobody has read. Asks the operating system, and costs a microsecond. */
    boolean hasUnread() throws IOException {
        return getInputStream().available() > 0;
    }

    /** Reads along until the log-in begins; after that it only passes on. */
    private final class Observed extends FilterOutputStream {

        /** A record of TLS: its type, its version in two bytes, and its length in two. */
        private static final int RECORD_HEADER = 5;

        /** Sent by the client when it has verified the server: its Finished in TLS 1.3, its startup message in 1.2. */
        private static final int APPLICATION_DATA = 23;

        private static final int HANDSHAKE = 22;

        /** The length of SSLRequest and GSSENCRequest; a startup message is longer. */
        private static final int REQUEST = 8;

        /** Of the protocol, in the two bytes after a startup message's length. GSSAPI has its token there. */
        private static final int MAJOR_VERSION = 3;

        private final byte[] header = new byte[RECORD_HEADER];
        private boolean tls;
        private int headerLength;
        private int restOfRecord;
        private boolean done;

        Observed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!done) {
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
                    loginBegins();
                }
                return;
            }
            tls = true;
            protection = Protection.TLS;
            for (int i = offset; i < offset + length && !done; ) {
                if (restOfRecord > 0) {
                    int skipped = Math.min(restOfRecord, offset + length - i);
                    restOfRecord -= skipped;
                    i += skipped;
                } else {
                    header[headerLength++] = bytes[i++];
                    if (headerLength == RECORD_HEADER) {
                        record();
                    }
                }
            }
        }

        private void record() {
            headerLength = 0;
            restOfRecord = (header[3] & 0xff) << 8 | header[4] & 0xff;
            if (header[0] == APPLICATION_DATA) {
                loginBegins();
            }
        }

        private void loginBegins() {
            done = true;
            attempt.enter(Phase.LOGIN);
        }
    }

    private final class Heard extends FilterInputStream {

        Heard(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            reading = true;
            try {
                return in.read(bytes, offset, length);
            } finally {
                heardNanos = System.nanoTime();
                reading = false;
            }
        }
    }
}
