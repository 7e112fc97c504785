package com.ketomealplan.http.drain;

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

/** The connectors of the application, and their open connections. */
final class ApplicationConnectors {

    private static final Logger LOG = LoggerFactory.getLogger(ApplicationConnectors.class);

    private static final Duration KNOCK = Duration.ofMillis(300);

    /** The time for Jetty's threads to accept a connection. */
    private static final Duration ACCEPT_TIMEOUT = Duration.ofMillis(100);

    /** The time for the last connections of a port; then it is closed. */
    private static final Duration MAX_TIME = Duration.ofSeconds(1);

    private final Server server;

    ApplicationConnectors(Server server) {
        this.server = server;
    }

    private Stream<NetworkConnector> connectors() {
        return Stream.of(server.getConnectors())
                .filter(connector -> !"admin".equals(connector.getName()))
                .filter(NetworkConnector.class::isInstance)
                .map(NetworkConnector.class::cast);
    }

    /** Returns the connections without a request so far. */
    Set<EndPoint> unusedConnections() {
        return connections(endPoint -> endPoint.getConnection().getMessagesIn() == 0);
    }

    /** Closes the connections without a running request. */
    void closeIdle() {
        connections(ApplicationConnectors::isIdle)
                .forEach(endPoint -> endPoint.getConnection().close());
    }

    /**
     * Returns whether a connection waits for a request. A response counts from its first byte on, so their numbers do not say whether it
     * has ended; but until then Jetty does not wait for the next request. It waits for the rest of a body that was refused as too large,
     * which keeps no server from its stop.
     */
    private static boolean isIdle(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        return connection.getMessagesIn() == connection.getMessagesOut() && endPoint.isFillInterested();
    }

    /**
     * @param which is asked for the unencrypted side
     */
    private Set<EndPoint> connections(Predicate<EndPoint> which) {
        return connectors()
                .flatMap(connector -> connector.getConnectedEndPoints().stream())
                .filter(endPoint -> endPoint.getConnection() != null && which.test(unencrypted(endPoint)))
                .collect(Collectors.toSet());
    }

    private static EndPoint unencrypted(EndPoint endPoint) {
        return endPoint.getConnection() instanceof SslConnection secured ? secured.getSslEndPoint() : endPoint;
    }

    /**
     * Stops accepting connections. Those in the kernel's backlog are accepted and served.
     *
     * @return whether there were any
     */
    boolean close() {
        boolean lateComers = false;
        for (NetworkConnector address : connectors().toList()) {
            lateComers |= acceptRemaining(address);
            address.close();
        }
        return lateComers;
    }

    private static boolean acceptRemaining(NetworkConnector address) {
        CompletableFuture<Void> tooLong = CompletableFuture.runAsync(
                address::close, CompletableFuture.delayedExecutor(MAX_TIME.toMillis(), MILLISECONDS));
        try {
            return address instanceof ServerConnector connector
                    && connector.getAcceptors() > 0
                    && !connector.isReusePort()
                    && connector.getTransport() instanceof ServerSocketChannel channel
                    && acceptRemaining(connector, channel);
        } catch (IOException e) {
            LOG.debug("Connections of the backlog are reset", e);
            return true;
        } finally {
            tooLong.cancel(false);
        }
    }

    /**
     * Accepts the connections of the backlog, then closes the port. Closing resets those in the backlog, and their clients could not tell
     * whether their requests were processed. So the port is closed right after the backlog was seen to be empty, which requires that
     * Jetty's threads do not wait in accept.
     */
    private static boolean acceptRemaining(ServerConnector connector, ServerSocketChannel channel) throws IOException {
        connector.setAccepting(false);
        Set<SocketAddress> own = connectOnce(connector, channel.getLocalAddress());
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

    /** Connects once for each acceptor thread, so that none waits for the next connection. */
    private static Set<SocketAddress> connectOnce(ServerConnector connector, SocketAddress address) throws IOException {
        InetSocketAddress listening = (InetSocketAddress) address;
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
            awaitAccepted(connector, own);
        } finally {
            for (Socket socket : knocks) {
                socket.close();
            }
        }
        return own;
    }

    /**
     * Waits until Jetty's threads have accepted the own connections, or there is no such thread. Otherwise a thread would fail in
     * accept, and Jetty would log it.
     */
    private static void awaitAccepted(ServerConnector connector, Set<SocketAddress> own) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < ACCEPT_TIMEOUT.toNanos()
                && !connector.getConnectedEndPoints().stream()
                        .map(EndPoint::getRemoteSocketAddress)
                        .collect(Collectors.toSet())
                        .containsAll(own)) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }
}
