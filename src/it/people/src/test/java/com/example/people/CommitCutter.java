package com.example.people;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;

/** Stands between a service and its database, and cuts the connection of one COMMIT. */
final class CommitCutter implements AutoCloseable {

    enum Cut {
        BEFORE_IT_ARRIVES,
        BEFORE_ITS_ANSWER
    }

    private final ServerSocket door = open();
    private final AtomicReference<Cut> next = new AtomicReference<>();

    CommitCutter(int server) {
        start(() -> {
            while (true) {
                Socket client = door.accept();
                Socket database = new Socket(InetAddress.getLoopbackAddress(), server);
                start(() -> forth(client, database));
                start(() -> database.getInputStream().transferTo(client.getOutputStream()));
            }
        });
    }

    private static ServerSocket open() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return door.getLocalPort();
    }

    /** Cuts the next COMMIT. */
    void cut(Cut where) {
        next.set(where);
    }

    /** Whether the COMMIT that was to be cut has come, and was. */
    boolean hasCut() {
        return next.get() == null;
    }

    private void forth(Socket client, Socket database) throws IOException {
        byte[] buffer = new byte[1 << 16];
        InputStream from = client.getInputStream();
        OutputStream to = database.getOutputStream();
        for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
            boolean commits = new String(buffer, 0, length, StandardCharsets.ISO_8859_1).contains("COMMIT");
            Cut cut = commits ? next.getAndSet(null) : null;
            if (cut == Cut.BEFORE_ITS_ANSWER) {
                client.close(); // what comes back leads nowhere
                to.write(buffer, 0, length);
                database.shutdownOutput();
                return;
            }
            if (cut == Cut.BEFORE_IT_ARRIVES) {
                client.close();
                database.close();
                return;
            }
            to.write(buffer, 0, length);
        }
        database.close();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // one of the two has gone
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
