package com.ketomealplan.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes on, and counts how often a client waited for its server: the round trips that a distance multiplies. */
public final class FlightCounter implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final AtomicInteger roundTrips = new AtomicInteger();
    private final AtomicBoolean clientSpokeLast = new AtomicBoolean();

    public FlightCounter(int target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Since the last call, without that of TCP. */
    public int roundTrips() {
        return roundTrips.getAndSet(0);
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket client = server.accept();
            Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            database.setTcpNoDelay(true);
            start(() -> copy(client, database, true));
            start(() -> copy(database, client, false));
        }
    }

    private void copy(Socket from, Socket to, boolean fromClient) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[65_536];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (clientSpokeLast.getAndSet(fromClient) && !fromClient) {
                    roundTrips.incrementAndGet();
                }
                out.write(buffer, 0, length);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // one side has ended
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
