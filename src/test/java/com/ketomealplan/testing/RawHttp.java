package com.ketomealplan.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** HTTP/1.1 byte by byte, for requests that no HTTP client would send. */
public final class RawHttp {

    private RawHttp() {}

    /** A request with a head of this text; the empty line after it is added. */
    public static byte[] request(String head, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    public static byte[] post(String path, String headers, byte[] body) {
        return request(
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers
                        + "\r\nContent-Length: " + body.length,
                body);
    }

    public static byte[] json(String path, String body) {
        return post(path, "Content-Type: application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] get(String target, String... headers) {
        String all = String.join(
                "", Stream.of(headers).map(header -> "\r\n" + header).toList());
        return request("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close" + all, new byte[0]);
    }

    /** A connection to a port of this machine. */
    public static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** What comes back until the end; empty if the service hung up without a word. */
    public static String exchange(int port, byte[] request) throws IOException {
        try (Socket socket = connect(port)) {
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // it has heard enough; it may have said why
            }
            return answer(socket);
        }
    }

    /** What comes back until the end. */
    public static String answer(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            byte[] buffer = new byte[8_192];
            for (int length = socket.getInputStream().read(buffer);
                    length >= 0;
                    length = socket.getInputStream().read(buffer)) {
                answer.write(buffer, 0, length);
            }
        } catch (SocketException e) {
            // reset, because we had sent more than it wanted to read
        }
        return answer.toString(StandardCharsets.UTF_8);
    }
}
