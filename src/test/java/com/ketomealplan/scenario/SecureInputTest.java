package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever a client sends: never a 5xx, nothing of the inside shown, and the service serves on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureInputTest {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    private static final Pattern INSIDE = Pattern.compile(
            "Exception|java\\.|javax\\.|jakarta|org\\.|com\\.|\\tat |SELECT|INSERT|pgjdbc|PSQL|jetty|jersey|dropwizard",
            Pattern.CASE_INSENSITIVE);

    /** What texts are made of that programs stumble over. */
    private static final List<String> NAUGHTY = List.of(
            "",
            " ",
            "undefined",
            "null",
            "NaN",
            "-1",
            "1e400",
            "0x0",
            "' OR '1'='1",
            "'; DROP TABLE users; --",
            "\\",
            "\\\\\"",
            "${jndi:ldap://127.0.0.1/a}",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "../../../../etc/passwd",
            "%00",
            "%s%s%s%n",
            "$(reboot)",
            "`reboot`",
            "\u0000",
            "a\u0000b",
            "\u0001\u001f\u007f",
            "\ud800",
            "a\udc00b",
            "\ufeff",
            "\uffff",
            "\u202etxet",
            "\u200b",
            "é",
            "e\u0301",
            "ﷺ",
            "😀👩‍👩‍👧",
            "Ω≈ç√",
            "田中さん",
            "\t\r\n",
            "\r\nSet-Cookie: a=b",
            "a".repeat(10_000),
            "a@b.co",
            "\"a b\"@example.com",
            "a@" + "b".repeat(300) + ".co");

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(
            database,
            ConfigOverride.config("maxArrivalTime", "2s"),
            ConfigOverride.config("server.applicationConnectors[0].idleTimeout", "2s"));

    @AfterAll
    void stop() {
        service.stop();
    }

    private static byte[] request(String head, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static byte[] post(String path, String headers, byte[] body) {
        return request(
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers
                        + "\r\nContent-Length: " + body.length,
                body);
    }

    private static byte[] json(String path, String body) {
        return post(path, "Content-Type: application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] get(String target, String... headers) {
        String all = String.join(
                "", Stream.of(headers).map(header -> "\r\n" + header).toList());
        return request("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close" + all, new byte[0]);
    }

    /** As JSON; a lone half of a surrogate pair is written as an escape. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> quoted.append(
                        c < ' ' || c == '"' || c == '\\' || Character.isSurrogate((char) c)
                                ? "\\u%04x".formatted(c)
                                : String.valueOf((char) c)));
        return quoted.append('"').toString();
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            encoded.append("%%%02x".formatted(b));
        }
        return encoded.toString();
    }

    private static byte[] zipped(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    private static Map<String, byte[]> requests() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        values(all);
        bodies(all);
        targets(all);
        headers(all);
        protocol(all);
        noise(all);
        return all;
    }

    private static void values(Map<String, byte[]> all) {
        List<String> values = new ArrayList<>(List.of(
                "null",
                "true",
                "0",
                "-1",
                "1e400",
                "1E-400",
                "9".repeat(2_000),
                "1e999999999",
                "-0",
                "[]",
                "{}",
                "[[]]"));
        values.addAll(List.of("{\"a\":null}", "[null]", "[1,\"a\",{}]", "[".repeat(101) + "]".repeat(101)));
        NAUGHTY.forEach(text -> values.add(quoted(text)));
        for (String value : values) {
            String name = value.length() > 40 ? value.substring(0, 40) + value.length() : value;
            all.put("user " + name, json("/users", "{\"email\":" + value + "}"));
            all.put("mail " + name, json("/complex-operation", "{\"email\":" + value + ",\"quiz_data\":{}}"));
            String quiz = "{\"email\":\"%s@example.com\",\"quiz_data\":".formatted(UUID.randomUUID());
            all.put("quiz " + name, json("/complex-operation", quiz + value + "}"));
            all.put("quiz value " + name, json("/complex-operation", quiz + "{\"a\":" + value + "}}"));
            all.put("quiz list " + name, json("/complex-operation", quiz + "{\"a\":[" + value + "," + value + "]}}"));
            all.put("body " + name, json("/users", value));
            all.put("unknown " + name, json("/users", "{\"emil\":" + value + "}"));
        }
        for (String text : NAUGHTY) {
            String quiz = "{\"email\":\"%s@example.com\",\"quiz_data\":".formatted(UUID.randomUUID());
            all.put("name " + text.hashCode(), json("/complex-operation", quiz + "{" + quoted(text) + ":1}}"));
            all.put("top name " + text.hashCode(), json("/users", "{" + quoted(text) + ":1}"));
        }
    }

    private static void bodies(Map<String, byte[]> all) {
        for (String body : List.of(
                "",
                " ",
                "{",
                "}",
                "[",
                "\"",
                "{\"email\"",
                "{\"email\":}",
                "{\"email\":\"a@b.co\",}",
                "{'email':'a@b.co'}",
                "{email:1}",
                "{\"email\":\"a@b.co\"}}",
                "{\"email\":\"a@b.co\"} x",
                "{\"email\":NaN}",
                "{\"email\":Infinity}",
                "{\"email\":01}",
                "{\"email\":\"\\x\"}",
                "{\"email\":\"\\ud83d\"}",
                "{\"email\":\"\n\"}",
                "// x\n{}",
                "{\"email\":\"a@b.co\",\"email\":\"c@d.co\"}",
                "<a/>",
                "email=a@b.co",
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "{\"email\":" + "1".repeat(900_000) + "}",
                "{\"" + "a".repeat(900_000) + "\":1}",
                "{\"email\":\"" + "a".repeat(900_000) + "\"}")) {
            String name = "body " + body.hashCode();
            all.put(name, json("/users", body));
            all.put(name + " both", json("/complex-operation", body));
            for (String type :
                    List.of("text/plain", "application/xml", "application/json; charset=utf-16", "nonsense", "")) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                all.put(name + " as " + type, post("/users", "Content-Type: " + type, bytes));
            }
            for (String encoding : List.of("gzip", "deflate", "br", "identity", "gzip, gzip", "nonsense")) {
                String headers = "Content-Type: application/json\r\nContent-Encoding: " + encoding;
                all.put(name + " in " + encoding, post("/users", headers, body.getBytes(StandardCharsets.UTF_8)));
            }
        }
        for (String charset : List.of("UTF-16", "UTF-16LE", "UTF-32", "ISO-8859-1", "Windows-1252")) {
            byte[] bytes = "{\"email\":\"ü@example.com\"}".getBytes(Charset.forName(charset));
            all.put("in " + charset, post("/users", "Content-Type: application/json", bytes));
        }
        for (byte[] invalid : List.of(
                new byte[] {(byte) 0xc0, (byte) 0x80},
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0xe2, (byte) 0x82},
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                new byte[] {(byte) 0xf8, (byte) 0x88, (byte) 0x80, (byte) 0x80})) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes("{\"email\":\"a@b.co\",\"quiz_data\":{\"a\":\"".getBytes(StandardCharsets.UTF_8));
            body.writeBytes(invalid);
            body.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
            String name = "encoding " + invalid.length + invalid[0];
            all.put(name, post("/complex-operation", "Content-Type: application/json", body.toByteArray()));
        }
        String gzip = "Content-Type: application/json\r\nContent-Encoding: gzip";
        all.put("bomb", post("/users", gzip, zipped(new byte[100_000_000])));
        all.put(
                "bomb of JSON",
                post("/users", gzip, zipped("[".repeat(10_000_000).getBytes(StandardCharsets.UTF_8))));
    }

    private static void targets(Map<String, byte[]> all) {
        for (String text : NAUGHTY) {
            String part = encoded(text.length() > 1_000 ? text.substring(0, 1_000) : text);
            all.put("user " + part, get("/users/" + part));
            all.put("answers " + part, get("/users/" + part + "/quiz-responses"));
            all.put("limit " + part, get("/users/" + UUID.randomUUID() + "/quiz-responses?limit=" + part));
            all.put("offset " + part, get("/users/" + UUID.randomUUID() + "/quiz-responses?offset=" + part));
            all.put("query " + part, get("/users/" + UUID.randomUUID() + "?" + part + "=" + part));
            all.put("probe " + part, get("/health?probe=" + part));
            all.put("path " + part, get("/" + part));
        }
        for (String target : List.of(
                "*",
                "/",
                "//",
                "/..",
                "/users/..;/admin",
                "/users/%",
                "/users/%zz",
                "/users/%c0%af",
                "/users/%252e",
                "/users;a=b/x",
                "/users/" + "a".repeat(5_000),
                "/" + "a".repeat(20_000),
                "/?" + "a=b&".repeat(1_500),
                "http://example.com/users",
                "/users/00000000-0000-0000-0000-000000000000 x",
                "/users/ffffffff-ffff-ffff-ffff-fffffffffffff",
                "/users/1-1-1-1-1",
                "/users/\u00ff",
                "/users\\x",
                "/health?probe=true&probe=false",
                "/users/" + UUID.randomUUID() + "/quiz-responses?limit=1&limit=2",
                "/users/" + UUID.randomUUID() + "/quiz-responses?limit=99999999999999999999",
                "/users/" + UUID.randomUUID() + "/quiz-responses?offset=2147483648")) {
            all.put("target " + target.hashCode(), get(target));
        }
        for (String method : List.of(
                "TRACE",
                "CONNECT",
                "PATCH",
                "DELETE",
                "PUT",
                "OPTIONS",
                "HEAD",
                "get",
                "X",
                "G\u00e9T",
                "A".repeat(9_000))) {
            for (String path :
                    List.of("/users", "/users/" + UUID.randomUUID(), "/health", "/livez", "/", "/complex-operation")) {
                all.put(
                        method.hashCode() + path,
                        request(
                                method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close",
                                new byte[0]));
            }
        }
    }

    private static void headers(Map<String, byte[]> all) {
        List<String> odd =
                List.of("", "a".repeat(300), "\"", "a,b", "\u00ff", "é", "\u0001", "''", "%00", "{}", "-1", "*/*;q=2");
        for (String name : List.of(
                "Idempotency-Key",
                "X-Request-Id",
                "Accept",
                "Accept-Encoding",
                "Accept-Language",
                "Authorization",
                "Cookie",
                "Content-Type",
                "Expect",
                "If-None-Match",
                "Range",
                "Upgrade",
                "Via",
                "X-Forwarded-For",
                "traceparent")) {
            for (String value : odd) {
                byte[] body = "{\"email\":\"%s@example.com\"}"
                        .formatted(UUID.randomUUID())
                        .getBytes(StandardCharsets.UTF_8);
                String type = name.equals("Content-Type") ? "" : "Content-Type: application/json\r\n";
                all.put(name + " " + value, post("/users", type + name + ": " + value, body));
            }
        }
        all.put("long header", get("/livez", "A: " + "a".repeat(10_000)));
        all.put(
                "many headers",
                get("/livez", Stream.generate(() -> "A: b").limit(3_000).toArray(String[]::new)));
        all.put("long name", get("/livez", "a".repeat(10_000) + ": b"));
        all.put("no colon", get("/livez", "nonsense"));
        all.put("folded", get("/livez", "A: b\r\n c"));
        all.put("space before colon", get("/livez", "A : b"));
        all.put("NUL", get("/livez", "A: \u0000"));
        all.put("two hosts", get("/livez", "Host: example.com"));
        all.put("no host", request("GET /livez HTTP/1.1\r\nConnection: close", new byte[0]));
        all.put("bad host", request("GET /livez HTTP/1.1\r\nHost: a b\r\nConnection: close", new byte[0]));
    }

    private static void protocol(Map<String, byte[]> all) {
        String post =
                "POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
        byte[] body =
                "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
        for (String framing : List.of(
                "Content-Length: -1",
                "Content-Length: x",
                "Content-Length: 99999999999999999999",
                "Content-Length: 3\r\nContent-Length: 4",
                "Content-Length: 3\r\nTransfer-Encoding: chunked",
                "Content-Length: 1000",
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: nonsense",
                "Transfer-Encoding: gzip, chunked")) {
            all.put("framing " + framing, request(post + framing, body));
            all.put("no body " + framing, request(post + framing, new byte[0]));
        }
        for (String chunk : List.of(
                "zz\r\n", "-1\r\n", "ffffffffffffffff\r\n", "5;a=b\r\n", "5\r\n{\"a", "\r\n\r\n", "5".repeat(5_000))) {
            byte[] bytes = chunk.getBytes(StandardCharsets.UTF_8);
            all.put("chunk " + chunk.hashCode(), request(post + "Transfer-Encoding: chunked", bytes));
        }
        for (String line : List.of(
                "GET /livez",
                "GET /livez HTTP/0.9",
                "GET /livez HTTP/1.0",
                "GET /livez HTTP/3.0",
                "GET /livez HTTX/1.1",
                "GET  /livez HTTP/1.1",
                "GET /livez\tHTTP/1.1",
                "/livez HTTP/1.1",
                "PRI * HTTP/2.0\r\n\r\nSM",
                "\r\n\r\nGET /livez HTTP/1.1\r\nHost: a",
                "GET /livez HTTP/1.1\nHost: a",
                "SSH-2.0-OpenSSH_9.2",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003")) {
            all.put("line " + line, request(line, new byte[0]));
        }
    }

    private static void noise(Map<String, byte[]> all) {
        for (int seed = 0; seed < 60; seed++) {
            byte[] noise = new byte[500];
            new Random(seed).nextBytes(noise);
            all.put("noise " + seed, noise);
            all.put("noise in a body " + seed, post("/users", "Content-Type: application/json", noise));
            all.put(
                    "noise zipped " + seed,
                    post("/users", "Content-Type: application/json\r\nContent-Encoding: gzip", noise));
            byte[] spoiled = json("/users", "{\"email\":\"spoiled%d@example.com\"}".formatted(seed));
            for (int i = 0; i < 3; i++) {
                int at = new Random(seed * 10L + i).nextInt(spoiled.length);
                spoiled[at] = (byte) (spoiled[at] ^ 1 << seed % 8);
            }
            all.put("spoiled " + seed, spoiled);
        }
    }

    /** What comes back until the end; empty if the service hung up without a word. */
    private String send(byte[] request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), service.uri("/").getPort())) {
            socket.setSoTimeout(10_000);
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // it has heard enough; it may have said why
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                InputStream in = socket.getInputStream();
                for (int b = in.read(); b >= 0; b = in.read()) {
                    answer.write(b);
                }
            } catch (SocketException e) {
                // reset, because we had sent more than it wanted to read
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void neverFailsAndNeverShowsItsInside() throws Exception {
        Map<String, byte[]> requests = requests();
        assertThat(requests).hasSizeGreaterThan(1_000);
        int[] statuses = new int[6];

        assertThat(sendAll(requests, statuses)).isEmpty();
        long used = usedMemory();
        assertThat(sendAll(requests, statuses)).isEmpty();

        assertThat(usedMemory() - used).isLessThan(10_000_000);
        assertThat(statuses[2]).isGreaterThan(100); // what is only odd is served
        assertThat(statuses[4]).isGreaterThan(500);
        assertThat(service.get("/users/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(service.gauge("pool.database.active")).isZero();
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** What should not have been answered, by request. */
    private Map<String, String> sendAll(Map<String, byte[]> requests, int[] statuses) throws IOException {
        Map<String, String> wrong = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> request : requests.entrySet()) {
            String answer;
            try {
                answer = send(request.getValue());
            } catch (SocketTimeoutException e) {
                wrong.put(request.getKey(), "no end");
                continue;
            }
            Matcher status = STATUS.matcher(answer);
            while (status.find()) { // of all, should it have taken one request for two
                int family = status.group(1).charAt(0) - '0';
                statuses[family]++;
                if (family == 5) {
                    wrong.put(request.getKey(), answer);
                }
            }
            if (INSIDE.matcher(answer.replaceAll("@example\\.com|application/\\S+|example\\.com", ""))
                    .find()) {
                wrong.put(request.getKey(), answer);
            }
        }

        return wrong;
    }

    /** Unknown fields are ignored, as the FastAPI service did. */
    @Test
    void ignoresFieldsThatItDoesNotKnow() {
        String body = "{\"email\":\"%s@example.com\",\"nick_name\":{\"a\":[1]}}".formatted(UUID.randomUUID());

        assertThat(service.post("/users", body).statusCode()).isEqualTo(201);
    }

    @Test
    void headersThatAreTooLargeAre431() throws IOException {
        assertThat(send(get("/livez", "A: " + "a".repeat(10_000)))).startsWith("HTTP/1.1 431");
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

    /** A byte now and then, so that no time-out for silence applies. */
    @Test
    void cutsOffWhoSendsTooSlowly() throws Exception {
        String post =
                "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n";
        try (Socket head = new Socket(
                        InetAddress.getLoopbackAddress(), service.uri("/").getPort());
                Socket body = new Socket(
                        InetAddress.getLoopbackAddress(), service.uri("/").getPort())) {
            head.getOutputStream().write("GET /livez HTTP/1.1\r\nA: ".getBytes(StandardCharsets.US_ASCII));
            body.getOutputStream().write(post.getBytes(StandardCharsets.US_ASCII));

            await().pollInterval(Duration.ofMillis(200)).until(() -> isCutOff(head) & isCutOff(body));
        }
    }

    @Test
    void aBodyThatDoesNotComeIsATimeOut() throws Exception {
        String post =
                "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n";
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), service.uri("/").getPort())) {
            socket.getOutputStream().write(post.getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(said).startsWith("HTTP/1.1 408").contains("has not arrived");
        }
    }

    private static boolean isCutOff(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write(' ');
            socket.setSoTimeout(1);
            byte[] answer = new byte[4_000];
            int length = socket.getInputStream().read(answer);
            assertThat(new String(answer, 0, Math.max(length, 0), StandardCharsets.UTF_8))
                    .doesNotContain("HTTP/1.1 5");
            return length < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void thousandsOfIdleSocketsLeaveTheOthersAlone() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i : IntStream.range(0, 4_000).toArray()) {
                idle.add(new Socket(
                        InetAddress.getLoopbackAddress(), service.uri("/").getPort()));
                if (i % 2 == 0) {
                    idle.get(i).getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
                }
            }
            for (int i = 0; i < 50; i++) {
                assertThat(service.get("/users/" + UUID.randomUUID()).statusCode())
                        .isEqualTo(404);
            }
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }
}
