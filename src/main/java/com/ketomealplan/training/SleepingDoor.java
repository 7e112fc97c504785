package com.ketomealplan.training;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** A local proxy that accepts connections, and forwards them some time after the first one: a database that wakes. */
final class SleepingDoor implements AutoCloseable {

    /** A good deal longer than a log-in takes, so that the service sees a wake. */
    private static final long WAKE_MILLIS = 700;

    private final ServerSocket door;
    private final int behind;
    private final AtomicBoolean asleep = new AtomicBoolean(true);
    private final CountDownLatch open = new CountDownLatch(1);
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    private SleepingDoor(ServerSocket door, int behind) {
        this.door = door;
        this.behind = behind;
    }

    static SleepingDoor before(int port) throws IOException {
        SleepingDoor door = new SleepingDoor(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
        inBackground(door::receive);
        return door;
    }

    int port() {
        return door.getLocalPort();
    }

    private void receive() throws Exception {
        while (!door.isClosed()) {
            Socket client = door.accept();
            sockets.add(client);
            inBackground(() -> {
                awaitWake();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), behind);
                sockets.add(server);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                inBackground(() -> pass(server, client));
                pass(client, server);
            });
        }
    }

    /** The first connection wakes it. */
    private void awaitWake() throws InterruptedException {
        if (asleep.compareAndSet(true, false)) {
            Thread.sleep(WAKE_MILLIS);
            open.countDown();
        }
        open.await();
    }

    private static void pass(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        }
    }

    /** Ends with the process, or with what it reads. */
    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (Exception e) {
                        // one side has gone, and so does the other
                    }
                },
                "sleeping-door");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }
}
