package com.ketomealplan.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
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

    private static final Duration KNOCK = Duration.ofSeconds(1);

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
        try {
            return door instanceof ServerConnector connector
                    && connector.getAcceptors() > 0
                    && !connector.isReusePort()
                    && connector.getTransport() instanceof ServerSocketChannel channel
                    && takeTheLast(connector, channel);
        } catch (IOException e) {
            LOG.debug("Connections that nobody has accepted yet are reset", e);
            return true;
        }
    }

    /**
     * Where a balancer sends on until a connection is refused, one is always about to be accepted. To close the port resets
     * it, and whoever has sent a request over it cannot know what has become of that. So the port is closed right after it
     * was seen that none is there. That cannot be seen while Jetty's thread waits for one.
     */
    private static boolean takeTheLast(ServerConnector connector, ServerSocketChannel channel) throws IOException {
        connector.setAccepting(false);
        SocketAddress own = knock(channel.getLocalAddress()); // so that the thread need not wait for the next one
        channel.configureBlocking(false); // when it has left
        boolean lateComers = false;
        for (SocketChannel last = channel.accept(); last != null; last = channel.accept()) {
            if (own.equals(last.getRemoteAddress())) {
                last.close();
            } else {
                last.configureBlocking(false);
                connector.getSelectorManager().accept(last);
            }
            lateComers = true; // or else it is the thread that has taken the knock
        }
        return lateComers;
    }

    private static SocketAddress knock(SocketAddress door) throws IOException {
        InetSocketAddress listening = (InetSocketAddress) door;
        InetAddress host =
                listening.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : listening.getAddress();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, listening.getPort()), (int) KNOCK.toMillis());
            return socket.getLocalSocketAddress();
        }
    }
}
