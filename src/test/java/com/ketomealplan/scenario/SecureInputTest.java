package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.OddBodies;
import com.ketomealplan.testing.OddHeads;
import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client sends: never a 5xx, nothing of the inside shown, and the service serves on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureInputTest {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    private static final Pattern INSIDE = Pattern.compile(
            "Exception|java\\.|javax\\.|jakarta|org\\.|com\\.|\\tat |SELECT|INSERT|pgjdbc|PSQL|jetty|jersey|dropwizard",
            Pattern.CASE_INSENSITIVE);

    private static final String CHUNKED = "POST /users HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @AfterAll
    void stop() {
        service.stop();
    }

    private int port() {
        return service.uri("/").getPort();
    }

    @Test
    void neverFailsAndNeverShowsItsInside() {
        Map<String, byte[]> requests = new LinkedHashMap<>(OddBodies.all());
        requests.putAll(OddHeads.all());
        assertThat(requests).hasSizeGreaterThan(1_000);
        AtomicIntegerArray statuses = new AtomicIntegerArray(6);

        assertThat(sendAll(requests, statuses)).isEmpty();
        assertThat(statuses.get(2)).isGreaterThan(100); // what is only odd is served
        assertThat(statuses.get(4)).isGreaterThan(500);
        long used = usedMemory();
        assertThat(sendAll(OddHeads.all(), statuses)).isEmpty();

        assertThat(usedMemory() - used).isLessThan(4_000_000);
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(service.gauge("pool.database.active")).isZero();
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
    /** What should not have been answered, by request. */
    private Map<String, String> sendAll(Map<String, byte[]> requests, AtomicIntegerArray statuses) {
        Map<String, String> wrong = new ConcurrentHashMap<>();
        Queue<Map.Entry<String, byte[]>> left = new ConcurrentLinkedQueue<>(requests.entrySet());
        Clients.atOnce(4, () -> {
            for (Map.Entry<String, byte[]> next = left.poll(); next != null; next = left.poll()) {
                send(next.getKey(), next.getValue(), statuses, wrong);
            }
            return null;
        });
        return wrong;
    }

    private void send(String name, byte[] request, AtomicIntegerArray statuses, Map<String, String> wrong)
            throws IOException {
        String answer;
        try {
            answer = RawHttp.exchange(port(), request);
        } catch (SocketTimeoutException e) {
            wrong.put(name, "no end");
            return;
        }
        Matcher status = STATUS.matcher(answer);
        while (status.find()) { // of all, should it have taken one request for two
            int family = status.group(1).charAt(0) - '0';
            statuses.incrementAndGet(family);
            if (family == 5) {
                wrong.put(name, answer);
            }
        }
        if (INSIDE.matcher(answer.replaceAll("@example\\.com|application/\\S+|example\\.com", ""))
                .find()) {
            wrong.put(name, answer);
        }
    }

    /** Unknown fields are ignored, as the FastAPI service did. */
    @Test
    void ignoresFieldsThatItDoesNotKnow() {
        String body = "{\"email\":\"%s@example.com\",\"nick_name\":{\"a\":[1]}}".formatted(UUID.randomUUID());

        assertThat(service.post("/users", body).statusCode()).isEqualTo(201);
    }

    @Test
    void headersThatAreTooLargeAre431() throws IOException {
        assertThat(RawHttp.exchange(port(), RawHttp.get("/livez", "A: " + "a".repeat(10_000))))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void aPathThatIsTooLongIs414AndTheConnectionEnds() throws IOException {
        assertThat(RawHttp.exchange(port(), RawHttp.get("/livez?" + "a".repeat(10_000))))
                .startsWith("HTTP/1.1 414 ")
                .contains("application/problem+json", "Connection: close");
    }

    /** There is nothing to upgrade to. */
    @ParameterizedTest
    @ValueSource(strings = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /users HTTP/2.0\r\nHost: a\r\n\r\n"})
    void http2WithoutAnUpgradeIs400(String request) throws IOException {
        assertThat(RawHttp.exchange(port(), request.getBytes(StandardCharsets.US_ASCII)))
                .startsWith("HTTP/1.1 400 ");
    }

    /** The parser would replace what is no text in these, and lose what follows. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "UTF-32LE"})
    void jsonIsInUtf8(String charset) throws IOException {
        byte[] body = "{\"email\":\"%s@b.co\"}".formatted(UUID.randomUUID()).getBytes(charset);

        assertThat(RawHttp.exchange(port(), RawHttp.post("/users", "Content-Type: application/json", body)))
                .startsWith("HTTP/1.1 400 ")
                .contains("The body is not in UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "x-gzip", "nonsense", "gzip, br", "br, gzip"})
    void anEncodingThatIsNotUndoneIs415(String encoding) throws IOException {
        byte[] body = "{\"email\":\"a@b.co\"}".getBytes(StandardCharsets.UTF_8);
        String headers = "Content-Type: application/json\r\nContent-Encoding: " + encoding;

        assertThat(RawHttp.exchange(port(), RawHttp.post("/users", headers, body)))
                .startsWith("HTTP/1.1 415 ")
                .contains("application/problem+json", "Accept-Encoding: gzip", "by gzip, and by nothing else");
    }

    @Test
    void identityIsNoEncoding() throws IOException {
        byte[] body = "{\"email\":\"%s@b.co\"}".formatted(UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
        String headers = "Content-Type: application/json\r\nContent-Encoding: Identity";

        assertThat(RawHttp.exchange(port(), RawHttp.post("/users", headers, body)))
                .startsWith("HTTP/1.1 201 ");
    }

    /** In the head, after the size of a chunk, after a chunk, and at the end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /livez HTTP/1.1\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: a\nConnection: close\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\n",
                CHUNKED + "2\n{}\r\n0\r\n\r\n",
                CHUNKED + "2;a=b\n{}\r\n0\r\n\r\n",
                CHUNKED + "2\r\n{}\n0\r\n\r\n",
                CHUNKED + "2\r\n{}\r\n0\n\r\n",
                CHUNKED + "2\r\n{}\r\n0\r\n\n"
            })
    void aLineThatEndsWithoutCrIs400(String request) throws IOException {
        assertThat(RawHttp.exchange(port(), request.getBytes(StandardCharsets.US_ASCII)))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json");
    }

    @Test
    void answersAsACarefulServiceDoes() {
        for (String path : List.of("/livez", "/health", "/users/" + UUID.randomUUID(), "/nothing")) {
            Map<String, List<String>> headers = service.get(path).headers().map();
            assertThat(headers)
                    .containsEntry("Cache-Control", List.of("no-store"))
                    .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                    .containsEntry("Referrer-Policy", List.of("no-referrer"))
                    .containsKey("Content-Security-Policy")
                    .doesNotContainKeys("Server", "X-Powered-By");
        }
    }

    /** They are idle, and not cut off before their time: each of them is served when it asks. */
    @Test
    void thousandsOfIdleSocketsLeaveTheOthersAlone() throws Exception {
        List<Socket> idle = new ArrayList<>();
        TestService patient = TestService.on(
                database,
                ConfigOverride.config("server.applicationConnectors[0].idleTimeout", "10m"),
                ConfigOverride.config("maxArrivalTime", "10m"));
        int port = patient.uri("/").getPort();
        try {
            for (int i = 0; i < 4_000; i++) {
                idle.add(RawHttp.connect(port));
                idle.get(i).getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII), 0, i % 2 == 0 ? 5 : 0);
            }
            for (int i = 0; i < 50; i++) {
                assertThat(patient.get("/users/" + UUID.randomUUID()).statusCode())
                        .isEqualTo(404);
            }
            byte[] whole = RawHttp.get("/livez");
            for (int i = 0; i < idle.size(); i += 45) {
                idle.get(i).getOutputStream().write(whole, i % 2 == 0 ? 5 : 0, whole.length - (i % 2 == 0 ? 5 : 0));
                assertThat(RawHttp.answer(idle.get(i))).startsWith("HTTP/1.1 200");
            }
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
            patient.stop();
        }
    }
}
