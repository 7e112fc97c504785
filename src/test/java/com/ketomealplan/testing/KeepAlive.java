package com.ketomealplan.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;

/** A client that holds its connection until an answer ends it, and sends nothing twice: what is lost, is lost. */
public final class KeepAlive implements AutoCloseable {

    private final int port;
    private Socket socket;
    private BufferedReader in;

    /**
     * @param port of this machine
     */
    public KeepAlive(int port) {
        this.port = port;
    }

    /**
     * Sends the request, and returns the status of its answer.
     *
     * @throws IOException if there is none; the next request has a new connection
     */
    public int send(byte[] request) throws IOException {
        try {
            return exchange(request);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private int exchange(byte[] request) throws IOException {
        if (socket == null) {
            socket = RawHttp.connect(port);
            socket.setTcpNoDelay(true);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        }
        socket.getOutputStream().write(request);
        int status = Integer.parseInt(line().substring(9, 12));
        int length = 0;
        boolean chunked = false;
        boolean ends = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(java.util.Locale.ROOT);
            ends |= header.equals("connection: close");
            chunked |= header.equals("transfer-encoding: chunked");
            length = header.startsWith("content-length:")
                    ? Integer.parseInt(header.substring(15).strip())
                    : length;
        }
        if (chunked) {
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                skip(size);
                line();
            }
            line();
        }
        skip(length);
        if (ends) {
            close();
        }
        return status;
    }

    private String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the connection ended");
        }
        return line;
    }

    private void skip(long length) throws IOException {
        for (long left = length; left > 0; ) {
            long skipped = in.skip(left);
            if (skipped == 0) {
                throw new IOException("the connection ended");
            }
            left -= skipped;
        }
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
