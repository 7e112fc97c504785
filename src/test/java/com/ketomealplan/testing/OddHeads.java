package com.ketomealplan.testing;

import static com.ketomealplan.testing.RawHttp.get;
import static com.ketomealplan.testing.RawHttp.post;
import static com.ketomealplan.testing.RawHttp.request;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** Requests with targets, headers and framing that a client should not send, by name. */
public final class OddHeads {

    private OddHeads() {}

    /** All of them. */
    public static Map<String, byte[]> all() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        targets(all);
        headers(all);
        protocol(all);
        return all;
    }

    private static void targets(Map<String, byte[]> all) {
        for (String text : OddBodies.NAUGHTY) {
            String part = encoded(text.length() > 1_000 ? text.substring(0, 1_000) : text);
            all.put("user " + part, get("/users/" + part));
            all.put("answers " + part, get("/users/" + part + "/quiz-responses"));
            all.put("limit " + part, get("/users/" + UUID.randomUUID() + "/quiz-responses?limit=" + part));
            all.put("offset " + part, get("/users/" + UUID.randomUUID() + "/quiz-responses?offset=" + part));
            all.put("after " + part, get("/users?after=" + part));
            all.put("response " + part, get("/users/" + UUID.randomUUID() + "/quiz-responses/" + part));
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
                "/users?after=________________________________",
                "/users?after=gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "/users?after=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
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
                "Content-Length: 3000000000",
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

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            encoded.append("%%%02x".formatted(b));
        }
        return encoded.toString();
    }
}
