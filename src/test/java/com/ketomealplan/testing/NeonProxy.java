package com.ketomealplan.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Stands in front of a PostgreSQL and behaves as Neon's proxy does: ends TLS, swallows startup parameters, refuses log-ins
 * in its own words, lets a log-in wait until the compute has woken, and suspends the compute under open connections. What
 * is set here holds for what happens afterwards, and may be set from any thread.
 */
public final class NeonProxy implements AutoCloseable {

    /** Sees every message of the logged-in connections before it is passed on, in the thread that passes it on. */
    @FunctionalInterface
    public interface MessageInterceptor {

        /**
         * @param connection the same for all messages of one connection
         */
        Action on(Object connection, Direction direction, char type, byte[] body);
    }

    public enum Direction {
        FROM_CLIENT,
        FROM_SERVER
    }

    public enum Action {
        PASS,
        /** Closes the connection on both sides, with a reset for the client, instead of passing the message on. */
        CUT,
        /** Passes on bytes that are no message, and then nothing more. Of messages from the server only. */
        GARBLE,
        /** Passes on half of the message, and ends the connection. Of messages from the server only. */
        TRUNCATE
    }

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_ENCRYPTION_REQUEST = 80877104;
    private static final int CANCEL_REQUEST = 80877102;
    private static final byte TLS_HANDSHAKE = 0x16;
    private static final int LONGEST_STARTUP = 10_000;
    private static final long AGES = TimeUnit.DAYS.toNanos(1);
    private static final Set<String> PASSED_ON =
            Set.of("user", "database", "application_name", "replication", "options", "client_encoding");

    private static final Message SUSPENDED =
            error("SFATAL", "VFATAL", "C57P01", "Mterminating connection due to administrator command");

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    private volatile SSLContext tls;
    private volatile boolean dropsStartupParameters;
    private volatile boolean gone;
    private volatile boolean stalledConnects;
    private volatile boolean stalled;
    private volatile MessageInterceptor interceptor = (connection, direction, type, body) -> Action.PASS;

    // guarded by this, on which connections that are held back wait
    private final List<Map<String, String>> startups = new ArrayList<>();
    private final Map<Character, Long> clientMessages = new TreeMap<>();
    private Wake wake = new Wake(Duration.ZERO);
    private Duration loginDelay = Duration.ZERO;
    private String refusal;
    private int refusals;
    private int connects;
    private int logins;
    private int refusedLogins;
    private int cancelRequests;
    private int cancelRequestsInTheClear;

    public NeonProxy(int targetPort) throws IOException {
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public static NeonProxy before(TestDatabase database) throws IOException {
        return new NeonProxy(database.endpoint().hosts().get(0).port());
    }

    /** Stands in front of a pooler in front of the database. */
    public static NeonProxy before(PgBouncer pooler) throws IOException {
        return new NeonProxy(pooler.port());
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The database's URL, by way of this proxy. */
    public String url(TestDatabase database) {
        return database.url().replace("@" + database.endpoint().hosts().get(0) + "/", "@127.0.0.1:" + port() + "/");
    }

    /**
     * Offers TLS, negotiated and direct; without this a request for it is declined. Plain connections stay possible.
     *
     * @param context null to offer none from now on
     */
    public void tls(SSLContext context) {
        tls = context;
    }

    /** Keeps to itself, without a word, the parameters that Neon's proxy does not pass on. */
    public void dropStartupParameters(boolean drop) {
        dropsStartupParameters = drop;
    }

    /** Answers log-ins with this error, in the three fields that Neon's proxy sends: severity, code XX000, message. */
    public void refuseLogins(String text) {
        refuseLogins(Integer.MAX_VALUE, text);
    }

    public synchronized void refuseLogins(int howMany, String text) {
        refusals = howMany;
        refusal = text;
    }

    public synchronized void acceptLogins() {
        refusals = 0;
    }

    /**
     * The compute sleeps from now on: the first startup message wakes it, which takes this long. Until then the last words
     * of every log-in are held back. Counting towards the first log-in starts again.
     */
    public synchronized void wake(Duration delay) {
        wake = new Wake(delay);
    }

    /** Every log-in takes at least this long from its own startup message. */
    public synchronized void delayEveryLogin(Duration delay) {
        loginDelay = delay;
    }

    /**
     * Ends all logged-in connections as the suspending compute does: with an error, in between whatever is going on. A
     * client that does not read what it is sent keeps this waiting.
     */
    public void suspend() {
        connections.forEach(Connection::suspend);
    }

    /** Resets all connections. */
    public void cut() {
        connections.forEach(connection -> connection.end(true));
    }

    /** Resets all connections, and the new ones until this is switched off. */
    public void go(boolean away) {
        gone = away;
        if (away) {
            cut();
        }
    }

    /** New connections are accepted, but nobody reads or answers there until this is switched off. */
    public synchronized void stallConnects(boolean stall) {
        stalledConnects = stall;
        notifyAll();
    }

    /** Nothing passes on any connection in any direction, not even its end, until this is switched off. */
    public synchronized void stall(boolean stall) {
        stalled = stall;
        notifyAll();
    }

    /** Nothing passes any more on the connections that are there, not even their end; new ones are well. */
    public synchronized void swallowEstablished() {
        connections.forEach(connection -> connection.swallowed = true);
        notifyAll();
    }

    public void intercept(MessageInterceptor newInterceptor) {
        interceptor = newInterceptor;
    }

    /** The parameters of all startup messages, as they came, with those that were refused. */
    public synchronized List<Map<String, String>> startups() {
        return List.copyOf(startups);
    }

    /** How many TCP connections were accepted. */
    public synchronized int connects() {
        return connects;
    }

    /** How many connections became ready for a query. */
    public synchronized int logins() {
        return logins;
    }

    /** How many log-ins the server has refused for their password. */
    public synchronized int refusedLogins() {
        return refusedLogins;
    }

    /** How many requests to cancel a statement came in, whether or not they could be passed on. */
    public synchronized int cancelRequests() {
        return cancelRequests;
    }

    /** Those of them that everybody on the way could read. */
    public synchronized int cancelRequestsInTheClear() {
        return cancelRequestsInTheClear;
    }

    /** How many TCP connections were accepted since the last {@link #wake} until its first log-in was complete. */
    public synchronized int connectsBeforeFirstLogin() {
        return wake.connects;
    }

    /** When, by {@link System#nanoTime()}, the first log-in since the last {@link #wake} was complete. */
    public synchronized long firstLoginNanos() {
        if (wake.firstLogin == null) {
            throw new IllegalStateException("nobody has logged in");
        }
        return wake.firstLogin;
    }

    /** How many TCP connections, logged in or not, have not come to their end. */
    public int openConnections() {
        return (int) connections.stream().filter(connection -> !connection.over).count();
    }

    /** How many messages logged-in clients sent, without those that only say goodbye. */
    public synchronized long clientMessages() {
        return clientMessages.values().stream().mapToLong(Long::longValue).sum();
    }

    public synchronized Map<Character, Long> clientMessagesByType() {
        return Map.copyOf(clientMessages);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        connections.forEach(connection -> connection.end(false));
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Connection connection = new Connection(listener.accept());
                connections.add(connection);
                synchronized (this) {
                    connects++;
                    if (wake.firstLogin == null) {
                        wake.connects++;
                    }
                }
                start(connection::serve);
                if (listener.isClosed()) {
                    connection.end(false); // close() may have missed it
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private synchronized void countClientMessage(char type) {
        if (type != 'X') {
            clientMessages.merge(type, 1L, Long::sum);
        }
    }

    private synchronized void countCancelRequest(boolean clear) {
        cancelRequests++;
        cancelRequestsInTheClear += clear ? 1 : 0;
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "neon-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** An error response of these fields, each with its one-letter code in front. */
    private static Message error(String... fields) {
        return new Message('E', (String.join("\0", fields) + "\0\0").getBytes(StandardCharsets.UTF_8));
    }

    /** One sleep of the compute, with all that wait for its end. */
    private static final class Wake {
        final Duration delay;
        Long at;
        int connects;
        Long firstLogin;

        Wake(Duration delay) {
            this.delay = delay;
        }
    }

    private record Message(char type, byte[] body) {

        /** Null at the end of the stream. */
        static Message read(DataInputStream in) throws IOException {
            int type = in.read();
            if (type < 0) {
                return null;
            }
            byte[] body = new byte[in.readInt() - Integer.BYTES];
            in.readFully(body);
            return new Message((char) type, body);
        }

        byte[] bytes() {
            return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
                    .put((byte) type)
                    .putInt(Integer.BYTES + body.length)
                    .put(body)
                    .array();
        }

        /** AuthenticationOk and AuthenticationSASLFinal: what Neon's proxy does not say before the compute is awake. */
        boolean completesAuthentication() {
            return type == 'R' && List.of(0, 12).contains(ByteBuffer.wrap(body).getInt());
        }
    }

    /** One client, served by a thread for either direction. */
    private final class Connection {
        private final Socket client;
        private final Socket server = new Socket();
        private final Object writing = new Object(); // to the client, message by message

        /** The client's socket, or TLS on top of it. */
        private volatile Socket link;

        private volatile boolean over;
        private volatile boolean loggedIn;
        private volatile boolean swallowed;
        private Wake awaited;
        private long heldUntil;

        Connection(Socket client) {
            this.client = client;
            this.link = client;
        }

        void serve() {
            try {
                if (gone) {
                    end(true);
                    return;
                }
                hold(() -> stalledConnects ? AGES : 0);
                client.setTcpNoDelay(true);
                startUp();
                passRequests();
                holdWhileStalled();
            } catch (IOException e) {
                // one of the two is gone: so is the other one
            } finally {
                end(false);
            }
        }

        private void startUp() throws IOException {
            while (true) {
                DataInputStream in = new DataInputStream(link.getInputStream());
                int first = in.readUnsignedByte();
                if (first == TLS_HANDSHAKE && mayBeSecured()) {
                    secure(TLS_HANDSHAKE);
                    continue;
                }
                int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
                if (length < 2 * Integer.BYTES || length > LONGEST_STARTUP) {
                    throw new ProtocolException("not a startup packet");
                }
                int code = in.readInt();
                byte[] body = new byte[length - 2 * Integer.BYTES];
                in.readFully(body);
                if (code == SSL_REQUEST && mayBeSecured()) {
                    link.getOutputStream().write('S');
                    secure();
                } else if (code == SSL_REQUEST || code == GSS_ENCRYPTION_REQUEST) {
                    link.getOutputStream().write('N');
                } else if (code == CANCEL_REQUEST) {
                    countCancelRequest(link == client);
                    connect(code, body);
                    return;
                } else {
                    logIn(code, new String(body, StandardCharsets.UTF_8));
                    return;
                }
            }
        }

        private boolean mayBeSecured() {
            return tls != null && link == client;
        }

        private void secure(byte... consumed) throws IOException {
            SSLSocket secured =
                    (SSLSocket) tls.getSocketFactory().createSocket(client, new ByteArrayInputStream(consumed), true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"postgresql"});
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            link = secured;
        }

        private void logIn(int protocol, String namesAndValues) throws IOException {
            Map<String, String> startup = new LinkedHashMap<>();
            String[] parts = namesAndValues.split("\0", -1);
            for (int i = 0; !parts[i].isEmpty(); i += 2) {
                startup.put(parts[i], parts[i + 1]);
            }
            String refused = register(startup);
            if (refused != null) {
                finish(error("SERROR", "CXX000", "M" + refused));
                return;
            }
            if (dropsStartupParameters) {
                startup.keySet().retainAll(PASSED_ON);
            }
            StringBuilder passedOn = new StringBuilder();
            startup.forEach((name, value) ->
                    passedOn.append(name).append('\0').append(value).append('\0'));
            connect(protocol, passedOn.append('\0').toString().getBytes(StandardCharsets.UTF_8));
        }

        /** Returns what the log-in is refused with, or null. */
        private String register(Map<String, String> startup) {
            synchronized (NeonProxy.this) {
                startups.add(Map.copyOf(startup));
                long now = System.nanoTime();
                if (wake.at == null) {
                    wake.at = now + wake.delay.toNanos();
                }
                awaited = wake;
                heldUntil = Math.max(wake.at, now + loginDelay.toNanos());
                if (refusals == 0) {
                    return null;
                }
                refusals--;
                return refusal;
            }
        }

        private void connect(int code, byte[] body) throws IOException {
            holdWhileStalled();
            server.connect(target);
            server.setTcpNoDelay(true);
            int length = 2 * Integer.BYTES + body.length;
            server.getOutputStream()
                    .write(ByteBuffer.allocate(length)
                            .putInt(length)
                            .putInt(code)
                            .put(body)
                            .array());
            start(this::passReplies);
        }

        private void passRequests() throws IOException {
            DataInputStream in = new DataInputStream(new BufferedInputStream(link.getInputStream()));
            for (Message message = Message.read(in); message != null; message = Message.read(in)) {
                if (loggedIn && !over) {
                    countClientMessage(message.type());
                    cutIf(interceptor.on(this, Direction.FROM_CLIENT, message.type(), message.body()) == Action.CUT);
                }
                holdWhileStalled();
                try {
                    server.getOutputStream().write(message.bytes());
                } catch (IOException e) {
                    // The server is gone, and the other thread passes on what it said last. The client is read to its
                    // end: closing on unread requests would reset it, which might take those last words away.
                }
            }
        }

        private void passReplies() {
            try {
                DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream()));
                for (Message message = Message.read(in); message != null; message = Message.read(in)) {
                    if (message.completesAuthentication()) {
                        hold(() -> heldUntil - System.nanoTime());
                    }
                    if (loggedIn) {
                        spoil(message);
                    } else if (message.type() == 'Z') {
                        completeLogin();
                    } else if (message.type() == 'E') {
                        countRefusal(new String(message.body(), StandardCharsets.UTF_8));
                    }
                    holdWhileStalled();
                    write(message);
                }
                holdWhileStalled();
            } catch (IOException e) {
                // one of the two is gone: so is the other one
            } finally {
                finish();
            }
        }

        private void write(Message message) throws IOException {
            synchronized (writing) {
                if (!over) {
                    link.getOutputStream().write(message.bytes());
                }
            }
        }

        private void spoil(Message message) throws IOException {
            Action action = interceptor.on(this, Direction.FROM_SERVER, message.type(), message.body());
            cutIf(action == Action.CUT);
            if (action == Action.GARBLE) {
                byte[] noise = new byte[200];
                new Random(message.type()).nextBytes(noise);
                noise[0] = 0; // no message begins so
                link.getOutputStream().write(noise);
                swallowed = true;
            } else if (action == Action.TRUNCATE) {
                link.getOutputStream().write(message.bytes(), 0, message.bytes().length / 2);
                end(false);
                throw new EOFException("truncated");
            }
        }

        private void cutIf(boolean cut) throws IOException {
            if (cut) {
                end(true);
                throw new EOFException("cut");
            }
        }

        private void completeLogin() {
            synchronized (NeonProxy.this) {
                loggedIn = true;
                logins++;
                if (awaited.firstLogin == null) {
                    awaited.firstLogin = System.nanoTime();
                }
            }
        }

        private void countRefusal(String fields) {
            synchronized (NeonProxy.this) {
                refusedLogins += fields.contains("C28P01\0") ? 1 : 0;
            }
        }

        private void holdWhileStalled() throws IOException {
            hold(() -> stalled || swallowed ? AGES : 0);
        }

        private void hold(LongSupplier nanosLeft) throws IOException {
            try {
                synchronized (NeonProxy.this) {
                    for (long left = nanosLeft.getAsLong(); left > 0 && !over; left = nanosLeft.getAsLong()) {
                        TimeUnit.NANOSECONDS.timedWait(NeonProxy.this, left);
                    }
                }
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }

        void suspend() {
            if (loggedIn) {
                finish(SUSPENDED);
            }
        }

        /** Nothing more is sent to either side; the client may still read what it was sent, and close. */
        private void finish(Message... lastWords) {
            synchronized (writing) {
                if (over) {
                    return; // it may be being reset, which nobody is to soften
                }
                try (server) {
                    for (Message message : lastWords) {
                        write(message);
                    }
                    markOver();
                    link.shutdownOutput();
                    if (link != client) {
                        client.shutdownOutput(); // TLS has only said goodbye within itself
                    }
                } catch (IOException e) {
                    markOver(); // the client left first
                }
            }
        }

        void end(boolean reset) {
            markOver();
            connections.remove(this);
            try (client;
                    server) {
                if (reset) {
                    client.setSoLinger(true, 0);
                }
            } catch (IOException e) {
                // closed already
            }
        }

        private void markOver() {
            synchronized (NeonProxy.this) {
                over = true;
                NeonProxy.this.notifyAll();
            }
        }
    }
}
