package com.ketomealplan.training;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** A local proxy that accepts connections, and forwards them some time after the first one, as a compute that wakes does. */
final class WakingProxy implements AutoCloseable {

    /** Longer than a log-in takes, so that the service sees a cold start. */
    private static final long WAKE_MILLIS = 700;

    private final ServerSocket server;
    private final int databasePort;
    private final AtomicBoolean asleep = new AtomicBoolean(true);
    private final CountDownLatch awake = new CountDownLatch(1);
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    private WakingProxy(ServerSocket server, int databasePort) {
        this.server = server;
        this.databasePort = databasePort;
    }

    static WakingProxy before(int port) throws IOException {
        WakingProxy proxy = new WakingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
        inBackground(proxy::accept);
        return proxy;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() throws Exception {
        while (!server.isClosed()) {
            Socket client = server.accept();
            sockets.add(client);
            inBackground(() -> {
                awaitWake();
                Socket database = new Socket(InetAddress.getLoopbackAddress(), databasePort);
                sockets.add(database);
                client.setTcpNoDelay(true);
                database.setTcpNoDelay(true);
                inBackground(() -> forward(database, client));
                forward(client, database);
            });
        }
    }

    /** Blocks until the database is awake. The first connection wakes it. */
    private void awaitWake() throws InterruptedException {
        if (asleep.compareAndSet(true, false)) {
            Thread.sleep(WAKE_MILLIS);
            awake.countDown();
        }
        awake.await();
    }

    private static void forward(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        }
    }

    /** Runs a task on a daemon thread, which ends when its socket is closed. */
    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (Exception e) {
                        // one side has disconnected: both sockets are closed
                    }
                },
                "waking-proxy");
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

    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }
}
