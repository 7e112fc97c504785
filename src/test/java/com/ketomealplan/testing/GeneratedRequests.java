package com.ketomealplan.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.stream.Stream;

/** Requests as the API's document has them, and such as it does not: the same ones for the same seed. */
public final class GeneratedRequests {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Texts that are rarely thought of. */
    private static final List<String> ODD = List.of(
            "", " ", "\u0000", "ä☃😀", "\ud800", "%00", "../..", "'; --", "null", "-1", "1e9", "x".repeat(3_000));

    private static final String UNKNOWN = "unknown";

    private final JsonNode document;
    private final Random random;
    private final List<String> users = new ArrayList<>();
    private final List<String> quizResponses = new ArrayList<>();

    /**
     * A request.
     *
     * @param operation its id; empty if the document has none for it
     * @param valid whether the document allows it
     */
    public record Request(
            String operation, boolean valid, String method, String path, String body, List<String> headers) {}

    public GeneratedRequests(JsonNode document, long seed) {
        this.document = document;
        this.random = new Random(seed);
    }

    /** From now on some requests are about what was created by this answer. */
    public void created(JsonNode body) {
        Stream.of("user_id", "quiz_id")
                .filter(body::has)
                .forEach(name -> (name.equals("user_id") ? users : quizResponses)
                        .add(body.get(name).asText()));
        if (body.has("id")) {
            (body.has("email") ? users : quizResponses).add(body.get("id").asText());
        }
    }

    /** The next one, half of them valid. */
    public Request next() {
        List<Map.Entry<String, JsonNode>> paths =
                document.path("paths").properties().stream().toList();
        Map.Entry<String, JsonNode> path = pick(paths);
        if (chance(0.03)) {
            String method = pick(List.of("PUT", "HEAD", "OPTIONS", "TRACE"));
            return new Request(
                    "",
                    false,
                    method,
                    path.getKey().replaceAll("\\{.*?}", UUID.randomUUID().toString()),
                    null,
                    List.of());
        }
        Map.Entry<String, JsonNode> operation =
                pick(path.getValue().properties().stream().toList());
        return new Builder(operation.getValue(), chance(0.5))
                .build(operation.getKey().toUpperCase(Locale.ROOT), path.getKey());
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private boolean chance(double of) {
        return random.nextDouble() < of;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** One of the two kinds: all of it is valid, or one part of it is not. */
    private final class Builder {

        private final JsonNode operation;
        private final boolean valid;
        private final List<String> headers = new ArrayList<>();
        private String path;
        private String body;
        private boolean broken;

        Builder(JsonNode operation, boolean valid) {
            this.operation = operation;
            this.valid = valid;
        }

        Request build(String method, String template) {
            path = template;
            StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
            List<JsonNode> parameters = new ArrayList<>();
            operation.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
            parameters.forEach(parameter -> set(parameter, query));
            if (operation.has("requestBody")) {
                setBody(operation
                        .at("/requestBody/content")
                        .properties()
                        .iterator()
                        .next());
            }
            return new Request(
                    operation.path("operationId").asText(), !broken, method, path + query, body, List.copyOf(headers));
        }

        private boolean breakThis(double chance) {
            boolean now = !valid && chance(chance);
            broken |= now;
            return now;
        }

        private void set(JsonNode parameter, StringJoiner query) {
            String name = parameter.path("name").asText();
            JsonNode schema = parameter.path("schema");
            switch (parameter.path("in").asText()) {
                case "path" -> {
                    String value = breakThis(0.3) ? pick(ODD.subList(3, 5)) + "x" : known(name);
                    path = path.replace("{" + name + "}", encoded(value));
                }
                case "query" -> {
                    if (chance(0.5)) {
                        boolean refused = schema.path("type").asText().equals("integer") || schema.has("pattern");
                        // JAX-RS takes for false whatever is not true
                        String value = refused && breakThis(0.5) ? "no" + pick(ODD.subList(5, 9)) : text(schema);
                        query.add(name + "=" + encoded(value));
                    }
                }
                default -> {
                    if (chance(0.3)) {
                        headers.addAll(List.of(name, header(name)));
                    }
                }
            }
        }

        private String header(String name) {
            if (name.equals("Idempotency-Key") && breakThis(0.3)) {
                return pick(List.of("a, b", "\"", "x".repeat(300)));
            }
            return name.startsWith("If-")
                    ? pick(List.of("\"1\"", "\"2\"", "*", "W/\"1\"", "nonsense"))
                    : "k" + random.nextLong();
        }

        private void setBody(Map.Entry<String, JsonNode> content) {
            JsonNode value = value(resolved(content.getValue().path("schema")), 0);
            body = value.toString();
            headers.addAll(List.of("Content-Type", content.getKey()));
            if (!valid && value instanceof ObjectNode object) {
                breakBody(object);
            }
        }

        private void breakBody(ObjectNode object) {
            // Fields that nobody knows are taken
            List<String> names = object.properties().stream()
                    .map(Map.Entry::getKey)
                    .filter(name -> !name.equals(UNKNOWN))
                    .toList();
            broken = true;
            switch (random.nextInt(6)) {
                case 0 -> body = body.substring(0, body.length() - 1);
                case 1 -> body = pick(List.of("null", "[]", "1", "\"text\"", ""));
                case 2 -> headers.set(headers.size() - 1, "text/plain");
                default -> {
                    if (names.isEmpty()) {
                        body = "[]";
                        return;
                    }
                    object.set(
                            pick(names),
                            pick(List.of(
                                    JSON.nullNode(),
                                    JSON.arrayNode(),
                                    JSON.booleanNode(true),
                                    JSON.textNode(pick(ODD)))));
                    body = object.toString();
                }
            }
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String known(String name) {
        List<String> ids = name.equals("user_id") ? users : quizResponses;
        return ids.isEmpty() || chance(0.2)
                ? new UUID(random.nextLong(), random.nextLong()).toString()
                : pick(ids.subList(Math.max(0, ids.size() - 5), ids.size()));
    }

    private String text(JsonNode schema) {
        return value(schema, 0).asText();
    }

    private JsonNode value(JsonNode schema, int depth) {
        if (schema.has("enum")) {
            return pick(List.copyOf(schema.get("enum").valueStream().toList()));
        }
        return switch (schema.path("type").asText()) {
            case "integer" ->
                JSON.numberNode(random.nextInt(
                        schema.path("minimum").asInt(0), schema.path("maximum").asInt(1_000) + 1));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "object" -> object(schema, depth);
            case "string" -> JSON.textNode(string(schema));
            default -> anything(depth);
        };
    }

    private String string(JsonNode schema) {
        if (schema.path("format").asText().equals("email")) {
            return "u" + Long.toUnsignedString(random.nextLong(), 36) + "@"
                    + pick(List.of("example.com", "a.b.example.org"));
        }
        if (schema.has("pattern")) { // a cursor's
            StringBuilder text = new StringBuilder();
            random.ints(32, 0, 64)
                    .forEach(i ->
                            text.append("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".charAt(i)));
            return text.toString();
        }
        return pick(ODD.subList(5, 10));
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = JSON.objectNode();
        schema.path("properties").properties().forEach(property -> {
            boolean required = schema.path("required").valueStream().anyMatch(name -> name.asText()
                    .equals(property.getKey()));
            if (required || chance(0.7)) {
                object.set(property.getKey(), value(resolved(property.getValue()), depth + 1));
            }
        });
        if (schema.path("additionalProperties").isObject()) {
            for (int i = random.nextInt(4); i > 0; i--) {
                object.set(pick(List.of("a", "ä☃", "", "select", "$ref")), anything(depth + 1));
            }
        } else if (chance(0.1)) {
            object.put(UNKNOWN, "field");
        }
        return object;
    }

    private JsonNode anything(int depth) {
        return switch (random.nextInt(depth > 4 ? 5 : 7)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.numberNode(random.nextGaussian() * Math.pow(10, random.nextInt(-20, 20)));
            case 2 -> JSON.numberNode(random.nextLong());
            case 3 -> JSON.textNode(pick(List.of("", "ä☃😀", "'; DROP TABLE users; --", "\\u0000", "line\nline")));
            case 4 -> JSON.booleanNode(true);
            case 5 -> JSON.arrayNode().add(anything(depth + 1)).add(anything(depth + 1));
            default -> JSON.objectNode().set("in", anything(depth + 1));
        };
    }
}
