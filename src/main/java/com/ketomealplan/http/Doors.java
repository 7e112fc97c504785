package com.ketomealplan.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports of the application, and the connections that came through them. */
final class Doors {

    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);

    private static final Duration KNOCK = Duration.ofMillis(300);

    /** For Jetty's threads to take it. */
    private static final Duration TAKEN = Duration.ofMillis(100);

    /** For the last connections of a door; then it is closed, whatever is at it. */
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final Server server;

    Doors(Server server) {
        this.server = server;
    }

    private Stream<NetworkConnector> connectors() {
        return Stream.of(server.getConnectors())
                .filter(connector -> !"admin".equals(connector.getName()))
                .filter(NetworkConnector.class::isInstance)
                .map(NetworkConnector.class::cast);
    }

    /** The connections over which nothing has been asked yet. */
    Set<EndPoint> silent() {
        return connections(connection -> connection.getMessagesIn() == 0);
    }

    /** Ends the connections over which nothing is being asked. */
    void hangUp() {
        connections(connection -> connection.getMessagesIn() == connection.getMessagesOut())
                .forEach(endPoint -> endPoint.getConnection().close());
    }

    private Set<EndPoint> connections(Predicate<Connection> which) {
        return connectors()
                .flatMap(connector -> connector.getConnectedEndPoints().stream())
                .filter(endPoint -> endPoint.getConnection() != null && which.test(unencrypted(endPoint)))
                .collect(Collectors.toSet());
    }

    private static Connection unencrypted(EndPoint endPoint) {
        return endPoint.getConnection() instanceof SslConnection secured
                ? secured.getSslEndPoint().getConnection()
                : endPoint.getConnection();
    }

    /**
     * Takes no more connections. Those that the kernel has taken already are served.
     *
     * @return whether there were any, of which nothing else may be seen yet
     */
    boolean close() {
        boolean lateComers = false;
        for (NetworkConnector door : connectors().toList()) {
            lateComers |= takeTheLast(door);
            door.close();
        }
        return lateComers;
    }

    private static boolean takeTheLast(NetworkConnector door) {
        CompletableFuture<Void> tooLong = CompletableFuture.runAsync(
                door::close, CompletableFuture.delayedExecutor(LONGEST.toMillis(), MILLISECONDS));
        try {
            return door instanceof ServerConnector connector
                    && connector.getAcceptors() > 0
                    && !connector.isReusePort()
                    && connector.getTransport() instanceof ServerSocketChannel channel
                    && takeTheLast(connector, channel);
        } catch (IOException e) {
            LOG.debug("Connections that nobody has accepted yet are reset", e);
            return true;
        } finally {
            tooLong.cancel(false);
        }
    }

    /**
     * Where a balancer sends on until a connection is refused, one is always about to be accepted. To close the port resets
     * it, and whoever has sent a request over it cannot know what has become of that. So the port is closed right after it
     * was seen that none is there. That cannot be seen while Jetty's threads wait for one.
     */
    private static boolean takeTheLast(ServerConnector connector, ServerSocketChannel channel) throws IOException {
        connector.setAccepting(false);
        Set<SocketAddress> own = knock(connector, channel.getLocalAddress());
        channel.configureBlocking(false); // when all of them have left
        boolean lateComers = false;
        for (SocketChannel last = channel.accept(); last != null; last = channel.accept()) {
            if (own.contains(last.getRemoteAddress())) {
                last.close();
            } else {
                last.configureBlocking(false);
                connector.getSelectorManager().accept(last);
            }
            lateComers = true; // or else it is a thread that has taken the knock
        }
        return lateComers;
    }

    /** Once for each thread, so that none need wait for the next connection. They wait in a line, and each takes one at most. */
    private static Set<SocketAddress> knock(ServerConnector connector, SocketAddress door) throws IOException {
        InetSocketAddress listening = (InetSocketAddress) door;
        InetAddress host =
                listening.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : listening.getAddress();
        Set<SocketAddress> own = new HashSet<>();
        List<Socket> knocks = new ArrayList<>();
        try {
            for (int i = 0; i < connector.getAcceptors(); i++) {
                Socket socket = new Socket();
                knocks.add(socket);
                socket.connect(new InetSocketAddress(host, listening.getPort()), (int) KNOCK.toMillis());
                own.add(socket.getLocalSocketAddress());
            }
            awaitTaken(connector, own);
        } finally {
            for (Socket socket : knocks) {
                socket.close();
            }
        }
        return own;
    }

    /**
     * A thread that was about to wait when it was told not to finds no connection otherwise, and Jetty logs a failure. It need
     * not have been there: then nobody takes what is waited for.
     */
    private static void awaitTaken(ServerConnector connector, Set<SocketAddress> own) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < TAKEN.toNanos()
                && !connector.getConnectedEndPoints().stream()
                        .map(EndPoint::getRemoteSocketAddress)
                        .collect(Collectors.toSet())
                        .containsAll(own)) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }
}
