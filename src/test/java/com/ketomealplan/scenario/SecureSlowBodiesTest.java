package com.ketomealplan.scenario;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that arrive byte by byte cost nobody else anything, and are answered when they are there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureSlowBodiesTest {

    /** The server has 1,024 threads. */
    private static final int MANY = 2_000;

    private final TestService service = TestService.on(
            TestDatabase.migrated(),
            ConfigOverride.config("maxArrivalTime", "10m"),
            ConfigOverride.config("server.applicationConnectors[0].idleTimeout", "10m"));

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
        awaitArriving(0);
    }

    @AfterAll
    void stop() {
        service.stop();
    }

    private Socket connect() throws IOException {
        Socket socket = RawHttp.connect(service.uri("/").getPort());
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    private static void send(Socket socket, String text) throws IOException {
        send(socket, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String user() {
        return "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID());
    }

    private static String head(String headers) {
        return "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + headers + "\r\n";
    }

    private static String headFor(String body) {
        return head("Connection: close\r\nContent-Length: " + body.length() + "\r\n");
    }

    private void awaitMetric(String line) {
        await().until(() -> service.admin("/metrics/prometheus").body().contains("\n" + line + "\n"));
    }

    private void awaitArriving(int count) {
        awaitMetric("http_server_bodies_arriving " + count + ".0");
    }

    @Test
    void thousandsOfThemLeaveTheOthersAlone() throws Exception {
        String body = user();
        for (int i = 0; i < MANY; i++) {
            send(connect(), headFor(body) + body.charAt(0));
        }
        for (Socket socket : sockets) {
            send(socket, body.substring(1, 2));
        }

        for (int i = 0; i < 20; i++) {
            assertThat(service.get("/livez").statusCode()).isEqualTo(200);
            assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
            assertThat(service.post("/users", user()).statusCode()).isEqualTo(201);
        }
        awaitArriving(MANY);
        awaitMetric("http_server_active_requests 0.0");
        List<Socket> finished = sockets.subList(0, 10);
        for (Socket socket : finished) {
            send(socket, body.substring(2));
        }
        for (Socket socket : finished) {
            assertThat(RawHttp.answer(socket)).containsPattern("^HTTP/1.1 (201|409) ");
        }
    }

    @Test
    void oneThatArrivesInPiecesIsWhole() throws Exception {
        String body = user();
        Socket socket = connect();
        send(socket, headFor(body));
        for (char one : body.toCharArray()) {
            awaitArriving(1);
            send(socket, String.valueOf(one));
        }

        assertThat(RawHttp.answer(socket))
                .startsWith("HTTP/1.1 201 ")
                .contains("X-Request-Id: ", body.substring(1, body.length() - 1));
    }

    @Test
    void oneInChunksIsWhole() throws Exception {
        String body = user();
        Socket socket = connect();
        send(socket, head("Connection: close\r\nTransfer-Encoding: chunked\r\n") + "1\r\n" + body.charAt(0));
        awaitArriving(1);
        send(socket, "\r\n%x\r\n%s\r\n".formatted(body.length() - 1, body.substring(1)));
        awaitArriving(1);
        send(socket, "0\r\n\r\n");

        assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 201 ");
    }

    @Test
    void aCompressedOneIsWhole() throws Exception {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(user().getBytes(StandardCharsets.US_ASCII));
        }
        Socket socket = connect();
        send(socket, head("Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped.size() + "\r\n"));
        awaitArriving(1);
        send(socket, zipped.toByteArray());

        assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 201 ");
    }

    @Test
    void whoAsksMaySend() throws Exception {
        String body = user();
        Socket socket = connect();
        send(socket, head("Connection: close\r\nExpect: 100-continue\r\nContent-Length: " + body.length() + "\r\n"));
        byte[] interim = new byte["HTTP/1.1 100 Continue\r\n\r\n".length()];
        assertThat(socket.getInputStream().readNBytes(interim, 0, interim.length))
                .isEqualTo(interim.length);
        assertThat(new String(interim, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100 ");

        send(socket, body);

        assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 201 ");
    }

    /** Both with the next head on its heels, and without. */
    @Test
    void theConnectionServesOn() throws Exception {
        String body = user();
        Socket socket = connect();
        String length = "Content-Length: " + body.length() + "\r\n";
        for (int i = 0; i < 3; i++) {
            send(socket, head(length) + body.substring(0, 5));
            awaitArriving(1);
            send(socket, body.substring(5));
            assertThat(status(socket)).isEqualTo(i == 0 ? 201 : 409);
        }
        send(socket, head(length) + body + head(length) + body.substring(0, 5));
        awaitArriving(1);
        send(socket, body.substring(5) + "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(RawHttp.answer(socket)).containsSubsequence("HTTP/1.1 409 ", "HTTP/1.1 409 ", "HTTP/1.1 200 ");
    }

    /** Of the next answer, of which the rest is read, too. */
    private static int status(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        String length = head.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
        in.readNBytes(Integer.parseInt(length));
        return Integer.parseInt(head.substring(9, 12));
    }

    @Test
    void oneWithoutAnEndIsTooLargeAtItsLimit() throws Exception {
        Socket socket = connect();
        send(socket, head("Transfer-Encoding: chunked\r\n") + "1\r\n{");
        awaitArriving(1);
        String chunk = "\r\n10000\r\n" + " ".repeat(0x10000);
        for (int i = 0; i < 15; i++) {
            send(socket, chunk);
        }
        awaitArriving(1);
        send(socket, chunk);

        assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 413 ").contains("Connection: close");
    }

    /** From its head to its answer, as OpenTelemetry has it. */
    @Test
    void theTimeThatOneTakesIsTheRequests() throws Exception {
        String body = user();
        double before = secondsOfPosts();
        Socket socket = connect();
        send(socket, headFor(body));
        awaitArriving(1);
        Thread.sleep(1_000);
        send(socket, body);

        assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 201 ");
        await().until(() -> secondsOfPosts() - before >= 1);
    }

    private double secondsOfPosts() {
        return service.admin("/metrics/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("http_server_request_duration_seconds_sum"))
                .filter(line -> line.contains("\"POST\"") && line.contains("\"201\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1048577", "3000000000", "9223372036854775807"})
    void oneThatNobodyWantsIsRefusedUnread(String length) throws Exception {
        Socket socket = connect();
        send(socket, head("Expect: 100-continue\r\nContent-Length: " + length + "\r\n"));

        assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 413 ");
    }
}
