package com.ketomealplan.testing;

import static com.ketomealplan.testing.RawHttp.json;
import static com.ketomealplan.testing.RawHttp.post;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** Requests with bodies that a client should not send, by name. */
public final class OddBodies {

    /** What texts are made of that programs stumble over. */
    static final List<String> NAUGHTY = List.of(
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

    private OddBodies() {}

    /** All of them. */
    public static Map<String, byte[]> all() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        values(all);
        bodies(all);
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
        for (byte[] utf32 : List.of(
                new byte[] {0, 0, 0, ' ', 0},
                new byte[] {0, 0, (byte) 0xff, (byte) 0xfe, 0, 0, 0, '{'},
                new byte[] {0, 0, 0, '"', 0, 0x11, 0, 0})) {
            all.put("in no UTF-32 " + utf32[3], post("/users", "Content-Type: application/json", utf32));
        }
        String gzip = "Content-Type: application/json\r\nContent-Encoding: gzip";
        all.put("bomb", post("/users", gzip, zipped(new byte[100_000_000])));
        all.put(
                "bomb of JSON",
                post("/users", gzip, zipped("[".repeat(10_000_000).getBytes(StandardCharsets.UTF_8))));
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

    private static byte[] zipped(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
