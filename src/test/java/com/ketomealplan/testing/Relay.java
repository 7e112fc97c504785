package com.ketomealplan.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port that leads to another one while it is open: a database that appears and disappears. */
public final class Relay implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    public Relay(int port, int target) throws IOException {
        this.server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        start(this::accept);
    }

    public boolean isOpen() {
        return !server.isClosed();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = remember(server.accept());
                Socket database = remember(new Socket(InetAddress.getLoopbackAddress(), target));
                start(() -> copy(client, database));
                start(() -> copy(database, client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private Socket remember(Socket socket) {
        sockets.add(socket);
        return socket;
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // the other side is gone: so is this one
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
