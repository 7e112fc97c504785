package com.ketomealplan.http.body;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.RawHttp;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bodies are given up, at a Jetty of the test's own and by a clock of the test's. */
class BodyCollectorTest {

    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int LIMIT = 10_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow at any time
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PendingBodies bodies = new PendingBodies(2 * LIMIT, LONGEST, registry);
    private final List<Socket> clients = new ArrayList<>();
    private final Queue<String> order = new ConcurrentLinkedQueue<>();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    /** Answers with the length of the body, or with what reading it says; {@code /held} when it may. */
    private final class Answering extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = request.getHttpURI().getPath();
            order.add(path);
            String answer;
            try {
                answer = Request.asInputStream(request).readAllBytes().length + "";
            } catch (IOException e) {
                answer = e.getMessage();
            }
            if (path.equals("/held")) {
                mayAnswer.await();
            }
            response.write(true, StandardCharsets.UTF_8.encode(answer), callback);
            return true;
        }
    }

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        BodyCollector collector = new BodyCollector(bodies, LIMIT, clock::get);
        collector.setHandler(new Answering());
        server.setHandler(collector);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        mayAnswer.countDown();
        for (Socket client : clients) {
            client.close();
        }
        server.stop();
    }

    /** A client that has sent so many bytes of so many. */
    private Socket post(String path, int sent, int length) throws IOException {
        Socket client = RawHttp.connect(connector.getLocalPort());
        clients.add(client);
        String head = "POST " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + length;
        client.getOutputStream().write(RawHttp.request(head, new byte[sent]));
        return client;
    }

    private static void send(Socket client, int bytes) throws IOException {
        client.getOutputStream().write(new byte[bytes]);
    }

    private int arriving() {
        return (int) registry.scrape(name -> name.equals("http_server_bodies_arriving")).stream()
                .map(GaugeSnapshot.class::cast)
                .findFirst()
                .orElseThrow()
                .getDataPoints()
                .get(0)
                .getValue();
    }

    private int cut(String cause) {
        return registry.scrape(name -> name.startsWith("http_server_bodies_cut")).stream()
                .map(CounterSnapshot.class::cast)
                .flatMap(counter -> counter.getDataPoints().stream())
                .filter(point -> point.getLabels().get("cause").equals(cause))
                .mapToInt(point -> (int) point.getValue())
                .sum();
    }

    @Test
    void whatComesWithItsHeadIsHandedOnAtOnce() throws Exception {
        assertThat(RawHttp.answer(post("/", 500, 500))).endsWith("\r\n\r\n500");
        assertThat(RawHttp.answer(post("/", 0, 0))).endsWith("\r\n\r\n0");
    }

    @Test
    void nobodyIsAskedBeforeTheBodyIsThere() throws Exception {
        Socket slow = post("/slow", 3, 5_000);
        await().until(() -> arriving() == 1);
        RawHttp.answer(post("/quick", 3, 3));
        send(slow, 4_997);

        assertThat(RawHttp.answer(slow)).endsWith("\r\n\r\n5000");
        assertThat(order).containsExactly("/quick", "/slow");
        assertThat(arriving()).isZero();
    }

    @Test
    void oneByteAtATimeBuysNoTime() throws Exception {
        try (LoggedLines log = LoggedLines.of(PendingBodies.class)) {
            Socket slow = post("/", 1, 5_000);
            await().until(() -> arriving() == 1);
            clock.addAndGet(LONGEST.toNanos() + 1);
            send(slow, 1);

            assertThat(RawHttp.answer(slow)).contains("has not arrived within 10000 ms");
            assertThat(arriving()).isZero();
            assertThat(cut("slow")).isEqualTo(1);
            assertThat(log.all())
                    .singleElement()
                    .asString()
                    .contains("1 request bodies were cut off, the last one as slow");
        }
    }

    @Test
    void silenceIsSlow() throws Exception {
        Socket silent = post("/", 1, 5_000);
        await().until(() -> arriving() == 1);
        connector.getConnectedEndPoints().forEach(endPoint -> endPoint.setIdleTimeout(50));

        assertThat(RawHttp.answer(silent)).contains("has not arrived within 10000 ms");
        assertThat(cut("slow")).isEqualTo(1);
    }

    /** A client that sends all before it reads has its answer, though nobody wanted the rest. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSendsTooMuchIsToldWhy(boolean inPieces) throws Exception {
        int rest = 5 * LIMIT;
        Socket client = inPieces ? postInPieces() : post("/large", 0, rest);
        if (inPieces) {
            sendPiece(client, LIMIT + 1);
        }
        await().until(() -> order.contains("/large"));
        for (int sent = 0; sent < rest; sent += 1_000) {
            if (inPieces) {
                sendPiece(client, 1_000);
            } else {
                send(client, 1_000);
            }
        }

        assertThat(RawHttp.answer(client)).contains("more than the " + LIMIT + " bytes");
    }

    @Test
    void anEndlessBodyIsCutOff() throws Exception {
        Socket client = postInPieces();
        sendPiece(client, LIMIT + 1);

        assertThatThrownBy(() -> {
                    for (int sent = 0; sent < 10_000 * LIMIT; sent += LIMIT) {
                        sendPiece(client, LIMIT);
                    }
                })
                .isInstanceOf(SocketException.class);
    }

    @Test
    void theRestOfALargeBodyHasNoTimeWithoutEnd() throws Exception {
        Socket client = post("/large", 0, 5 * LIMIT);
        await().until(() -> {
            clock.addAndGet(Duration.ofSeconds(5).toNanos());
            return isReset(client);
        });
    }

    @Test
    void norHasItsSilence() throws Exception {
        post("/large", 0, 5 * LIMIT);

        await().until(() ->
                order.contains("/large") && connector.getConnectedEndPoints().isEmpty());
    }

    private static boolean isReset(Socket client) throws IOException {
        try {
            send(client, 1);
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private Socket postInPieces() throws IOException {
        Socket client = RawHttp.connect(connector.getLocalPort());
        clients.add(client);
        String head = "POST /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked";
        client.getOutputStream().write(RawHttp.request(head, new byte[0]));
        return client;
    }

    private static void sendPiece(Socket client, int bytes) throws IOException {
        String size = Integer.toHexString(bytes) + "\r\n";
        client.getOutputStream().write((size + " ".repeat(bytes) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whoHasSentMostSlowlyMakesRoom() throws Exception {
        Socket first = post("/first", 9_000, 9_999);
        await().until(() -> arriving() == 1);
        Socket second = post("/second", 9_000, 9_999);
        await().until(() -> arriving() == 2);
        assertThat(cut("no_room")).isZero();

        Socket third = post("/third", 9_000, 9_999);
        await().until(() -> cut("no_room") == 1);
        await().until(() -> arriving() == 2); // which is told after the body was cut off
        send(first, 1);
        assertThat(RawHttp.answer(first)).contains("there is no room for all that are arriving");
        send(second, 999);
        send(third, 999);

        assertThat(RawHttp.answer(second)).endsWith("\r\n\r\n9999");
        assertThat(RawHttp.answer(third)).endsWith("\r\n\r\n9999");
        assertThat(cut("slow")).isZero();
    }

    @Test
    void whatIsAtWorkKeepsItsRoom() throws Exception {
        List<Socket> held = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            held.add(post("/held", 9_000, 9_999));
            await().until(() -> arriving() == 1);
            send(held.get(i - 1), 999);
            int handedOn = i;
            await().until(() -> order.size() == handedOn);
        }
        Socket late = post("/late", 9_000, 9_999);
        await().until(() -> cut("no_room") == 1);
        send(late, 1);
        assertThat(RawHttp.answer(late)).contains("there is no room for all that are arriving");

        mayAnswer.countDown();
        for (Socket socket : held) {
            assertThat(RawHttp.answer(socket)).endsWith("\r\n\r\n9999");
        }
        await().until(() -> bodies.held() == 0); // which is so a moment after the client has its answer
        Socket next = post("/next", 9_000, 9_999);
        await().until(() -> arriving() == 1);
        send(next, 999);
        assertThat(RawHttp.answer(next)).endsWith("\r\n\r\n9999");
    }

    @Test
    void whatIsTooLargeIsNotKept() throws Exception {
        assertThat(RawHttp.answer(post("/", 0, LIMIT + 1))).contains("has more than the 10000 bytes");
        Socket chunked = RawHttp.connect(connector.getLocalPort());
        clients.add(chunked);
        String head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked";
        chunked.getOutputStream().write(RawHttp.request(head, "1\r\na\r\n".getBytes(StandardCharsets.US_ASCII)));
        await().until(() -> arriving() == 1);
        chunked.getOutputStream().write(("2710\r\n" + "b".repeat(LIMIT) + "\r\n").getBytes(StandardCharsets.US_ASCII));

        assertThat(RawHttp.answer(chunked)).contains("has more than the 10000 bytes");
        assertThat(arriving()).isZero();
    }

    @Test
    void whoHangsUpIsForgotten() throws Exception {
        Socket gone = post("/gone", 1, 5_000);
        await().until(() -> arriving() == 1);
        gone.close();

        await().until(() -> arriving() == 0);
        assertThat(cut("slow") + cut("no_room")).isZero();
    }

    @Test
    void aConnectionServesOnAfterABodyInPieces() throws Exception {
        Socket client = post("/1", 1, 10);
        client.close();
        Socket kept = RawHttp.connect(connector.getLocalPort());
        clients.add(kept);
        for (int i = 0; i < 3; i++) {
            kept.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> arriving() == 1);
            send(kept, 2);
            assertThat(untilTheBody(kept.getInputStream())).contains("HTTP/1.1 200 ");
            assertThat(kept.getInputStream().read()).isEqualTo('4');
        }
    }

    private static String untilTheBody(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }
}
