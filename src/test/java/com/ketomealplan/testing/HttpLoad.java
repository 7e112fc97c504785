package com.ketomealplan.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Clients that send one request after the other, each on its own connection, and do next to nothing else. */
public final class HttpLoad {

    private static final int BUFFER = 8_192;

    private final int port;
    private final int clients;
    private final int status;
    private final LongFunction<byte[]> request;
    private final AtomicLong sent = new AtomicLong();

    /**
     * @param status that each answer has to have
     * @param request by its number
     */
    public HttpLoad(int port, int clients, int status, LongFunction<byte[]> request) {
        this.port = port;
        this.clients = clients;
        this.status = status;
        this.request = request;
    }

    /** A GET whose connection is used again. */
    public static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1);
    }

    /** A POST whose connection is used again. */
    public static byte[] post(String path, String json) {
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + json.length() + "\r\n\r\n" + json)
                .getBytes(ISO_8859_1);
    }

    /** Loads for so long, and returns how many requests were answered. */
    public long run(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        return run(done -> System.nanoTime() - end < 0);
    }

    /** Sends so many requests from each client. */
    public long run(int eachClient) {
        return run(done -> done < eachClient);
    }

    private long run(java.util.function.LongPredicate goOn) {
        List<CompletableFuture<Long>> all = Clients.start(clients, () -> client(goOn));
        return all.stream().mapToLong(CompletableFuture::join).sum();
    }

    private long client(java.util.function.LongPredicate goOn) throws IOException {
        long done = 0;
        try (Socket socket = RawHttp.connect(port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
            while (goOn.test(done)) {
                out.write(request.apply(sent.getAndIncrement()));
                expect(in);
                done++;
            }
        }
        return done;
    }

    private void expect(InputStream in) throws IOException {
        String head = line(in);
        if (!head.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("expected " + status + ", not " + head);
        }
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection ended");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
