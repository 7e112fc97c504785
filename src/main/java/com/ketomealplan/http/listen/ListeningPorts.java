package com.ketomealplan.http.listen;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.jetty.HttpsConnectorFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks the ports and the key stores of the server before anything else is started: Jetty would find a port in use only when the
 * database runs, and report it in fifty lines.
 */
public final class ListeningPorts {

    private final List<String> mistakes = new ArrayList<>();
    private final Map<Integer, String> fields = new HashMap<>();
    private final List<ServerSocket> tried = new ArrayList<>();

    private ListeningPorts() {}

    /**
     * @throws ListeningException if it cannot listen on one of them
     */
    public static void requireFree(ServerFactory server) {
        ListeningPorts ports = new ListeningPorts();
        if (server instanceof DefaultServerFactory twoPorts) {
            ports.tryAll("server.applicationConnectors", twoPorts.getApplicationConnectors(), "PORT", "bindHost");
            ports.tryAll("server.adminConnectors", twoPorts.getAdminConnectors(), "ADMIN_PORT", "ADMIN_HOST");
        } else if (server instanceof SimpleServerFactory onePort) {
            ports.tryOne("server.connector", onePort.getConnector(), "PORT", "bindHost");
        }
        ports.tried.forEach(ListeningPorts::close);
        if (!ports.mistakes.isEmpty()) {
            throw new ListeningException(ports.mistakes);
        }
    }

    private void tryAll(String field, List<ConnectorFactory> connectors, String variable, String hostVariable) {
        for (int i = 0; i < connectors.size(); i++) {
            tryOne(field + "[" + i + "]", connectors.get(i), variable, hostVariable);
        }
    }

    private void tryOne(String field, ConnectorFactory connector, String variable, String hostVariable) {
        // An inherited channel is open already
        if (!(connector instanceof HttpConnectorFactory http) || http.isInheritChannel()) {
            return;
        }
        if (http instanceof HttpsConnectorFactory https) {
            KeyStoreFile.problem(https).ifPresent(problem -> mistakes.add(field + ".keyStorePath: " + problem));
        }
        int port = http.getPort();
        InetSocketAddress address = http.getBindHost() == null
                ? new InetSocketAddress(port)
                : new InetSocketAddress(http.getBindHost(), port);
        if (address.isUnresolved()) {
            mistakes.add(field + ".bindHost: is a name that leads to no address; set " + hostVariable
                    + " to one of this machine");
            return;
        }
        try {
            ServerSocket socket = new ServerSocket();
            tried.add(socket);
            socket.bind(address);
            fields.put(port, field);
        } catch (IOException e) {
            mistakes.add(problem(field, port, e, "set " + variable + " to another one", hostVariable));
        }
    }

    private String problem(String field, int port, IOException failure, String wayOut, String hostVariable) {
        String other = fields.get(port);
        String words = Optional.ofNullable(failure.getMessage()).orElse("");
        if (other != null) {
            return "%s.port: %d is that of %s too; %s".formatted(field, port, other, wayOut);
        }
        if (words.contains("assign")) { // the kernel's, for EADDRNOTAVAIL
            return field + ".bindHost: is no address of this machine; set " + hostVariable + " to one, or to 127.0.0.1";
        }
        return failure instanceof BindException && words.contains("in use")
                ? "%s.port: %d is in use; end the program that listens there, or %s".formatted(field, port, wayOut)
                : "%s.port: %d cannot be listened on (%s); %s".formatted(field, port, words, wayOut);
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Jetty reports it
        }
    }
}
