package com.ketomealplan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The API's document, {@code openapi.json}, as a judge of answers: no status, media type, header or field that is not in it.
 * {@link TestService} has each answer judged that a test gets from it.
 */
public final class Contract {

    /** What Jetty says of requests that no operation is found for, or that it cannot read. */
    private static final Set<Integer> OF_NO_OPERATION = Set.of(400, 404, 405, 406, 408, 413, 415, 429, 431, 500, 503);

    private static final Pattern PAGES = Pattern.compile("/(docs|redoc|openapi\\.json|admin)(/.*)?");

    private static final Set<String> TOLD_BY_HEADERS = Set.of(
            "accept-patch",
            "etag",
            "idempotency-replayed",
            "link",
            "location",
            "retry-after",
            "server-timing",
            "x-request-id");

    private static final String DOCUMENT = "https://contract.test/openapi.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Contract OF_SERVICE = new Contract(read());

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private Contract(JsonNode document) {
        this.document = document;
        ObjectNode strict = document.deepCopy();
        strict.path("components").path("schemas").forEach(Contract::close);
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(DOCUMENT, strict.toString())));
    }

    /** Clients take fields that they do not know; a test does not. */
    private static void close(JsonNode schema) {
        if (schema.has("properties") && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }

    /** The one that is built into the jar. */
    public static Contract ofService() {
        return OF_SERVICE;
    }

    private static JsonNode read() {
        try (InputStream file = Contract.class.getResourceAsStream("/openapi.json")) {
            assertThat(file).as("openapi.json, which the build writes").isNotNull();
            return JSON.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode document() {
        return document;
    }

    /** Fails if the answer is not in the document. */
    public void check(HttpResponse<String> answer) {
        String path = answer.request().uri().getRawPath();
        String method = answer.request().method();
        if (PAGES.matcher(path).matches()) {
            return;
        }
        String what = "%s %s: %s %s".formatted(method, path, answer.statusCode(), answer.body());
        String operation = operation(path, method);
        if (document.at(operation).isMissingNode()) {
            checkRefusal(answer, method, what);
            return;
        }
        String response = operation + "/responses/" + answer.statusCode();
        assertThat(document.at(response)).as("an undocumented status: " + what).isNotEmpty();
        checkHeaders(resolved(response), answer.headers(), what);
        checkBody(resolved(response), answer, method, what);
    }

    private void checkRefusal(HttpResponse<String> answer, String method, String what) {
        if (method.equals("OPTIONS") && answer.statusCode() < 300) {
            return;
        }
        assertThat(OF_NO_OPERATION).as(what).contains(answer.statusCode());
        if (!method.equals("HEAD")) {
            validate("/components/schemas/Problem", answer.body(), what);
        }
    }

    /** Where the document has it, or would. A path without variables goes before one with them. */
    private String operation(String path, String method) {
        String name = method.equals("HEAD") ? "get" : method.toLowerCase(Locale.ROOT);
        String template = document.path("paths").properties().stream()
                .map(Map.Entry::getKey)
                .filter(found -> path.matches(found.replaceAll("\\{[^}]*}", "[^/]+")))
                .min(Comparator.comparing(found -> found.contains("{")))
                .orElse("none");
        return "/paths/" + template.replace("/", "~1") + "/" + name;
    }

    private String resolved(String pointer) {
        String reference = document.at(pointer).path("$ref").asText();
        return reference.isEmpty() ? pointer : reference.substring(1);
    }

    private void checkHeaders(String response, HttpHeaders headers, String what) {
        List<String> documented = document.at(response + "/headers").properties().stream()
                .map(header -> header.getKey().toLowerCase(Locale.ROOT))
                .toList();
        assertThat(headers.map().keySet().stream().filter(TOLD_BY_HEADERS::contains))
                .as("undocumented headers: " + what)
                .allMatch(documented::contains);
    }

    private void checkBody(String response, HttpResponse<String> answer, String method, String what) {
        JsonNode content = document.at(response + "/content");
        if (content.isEmpty() || method.equals("HEAD")) {
            assertThat(answer.body()).as("an undocumented body: " + what).isEmpty();
            return;
        }
        String type = answer.headers()
                .firstValue("Content-Type")
                .orElse("")
                .split(";")[0]
                .strip();
        assertThat(content.has(type))
                .as("an undocumented media type, " + type + ": " + what)
                .isTrue();
        validate(response + "/content/" + type.replace("/", "~1") + "/schema", answer.body(), what);
    }

    private void validate(String pointer, String body, String what) {
        Schema schema =
                schemas.computeIfAbsent(pointer, key -> registry.getSchema(SchemaLocation.of(DOCUMENT + "#" + key)));
        JsonNode value;
        try {
            value = JSON.readTree(body);
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + what, e);
        }
        List<Error> errors = schema.validate(
                value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        assertThat(errors).as("not by " + pointer + ": " + what).isEmpty();
    }
}
