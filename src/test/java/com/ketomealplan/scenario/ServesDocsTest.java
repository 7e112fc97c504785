package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.Contract;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.glassfish.jersey.server.model.Resource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API's document is there, and is that of this service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesDocsTest {

    /** Servlets of their own, which Jersey does not know. */
    private static final Set<String> PROBES = Set.of("get /livez", "get /startupz", "get /readyz", "get /health-check");

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @AfterAll
    void stop() {
        service.stop();
    }

    @Test
    void theDocumentIsServedAsItWasBuilt() throws Exception {
        HttpResponse<String> document = service.get("/openapi.json");

        assertThat(document.statusCode()).isEqualTo(200);
        assertThat(document.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(new ObjectMapper().readTree(document.body()))
                .isEqualTo(Contract.ofService().document());
        assertThat(TestService.json(document).get("openapi").asText()).startsWith("3.1");
    }

    /** Each has an operation and the other way round, so that none is forgotten whatever the build has looked at. */
    @Test
    void itsOperationsAreTheRoutesThatAreServed() {
        Set<String> served = new TreeSet<>(PROBES);
        service.resources().forEach(type -> collect("", Resource.from(type), served));
        Set<String> documented = Contract.ofService().document().path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(operation -> operation.getKey() + " " + path.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(served);
        PROBES.forEach(probe -> assertThat(
                        service.get(probe.substring("get ".length())).statusCode())
                .as(probe)
                .isEqualTo(200));
    }

    private static void collect(String parent, Resource resource, Set<String> routes) {
        String path = parent + resource.getPath();
        resource.getResourceMethods()
                .forEach(method -> routes.add(method.getHttpMethod().toLowerCase(Locale.ROOT) + " " + path));
        resource.getChildResources().forEach(child -> collect(path, child, routes));
    }

    /** A type that is made anywhere in the code is in the document, by which a generated client tells it. */
    @Test
    void eachTypeOfProblemHasItsSchema() throws Exception {
        Set<String> documented = new TreeSet<>();
        Contract.ofService().document().path("components").path("schemas").forEach(schema -> schema.at(
                        "/properties/type/enum")
                .forEach(type -> documented.add(type.asText().replace("urn:problem-type:", ""))));

        Set<String> made = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Pattern.compile("ofType\\(\"([^\"]*)\"\\)")
                        .matcher(Files.readString(file))
                        .results()
                        .map(found -> found.group(1))
                        .forEach(made::add);
            }
        }
        made.remove("idempotency-key-unsupported"); // of methods that answer in parts, which this service has none of
        assertThat(made).isNotEmpty().isSubsetOf(documented);
        assertThat(documented).contains("service-busy", "database-storage-full", "deadline-exceeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.json", "/docs", "/docs/swagger-ui-bundle.js", "/redoc"})
    void whatIsKeptIsNotSentAgain(String path) throws Exception {
        HttpResponse<byte[]> first = bytes(path, "Accept-Encoding", "gzip");
        String tag = first.headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> second = bytes(path, "If-None-Match", "\"other\", " + tag);
        assertThat(bytes(path, "If-None-Match", "*").statusCode()).isEqualTo(304);
        assertThat(bytes(path, "If-None-Match", tag.replaceFirst("^W/", "")).statusCode())
                .isEqualTo(304);

        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(second.headers().firstValue("ETag")).contains(tag);
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(first.headers().firstValue("Content-Encoding")).contains("gzip");
        byte[] unzipped = new GZIPInputStream(new ByteArrayInputStream(first.body())).readAllBytes();
        assertThat(bytes(path, "Accept-Encoding", "identity").body()).isEqualTo(unzipped);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.json", "/docs", "/redoc"})
    void isOnlyRead(String path) {
        HttpResponse<String> refused = service.post(path, "{}");

        assertThat(refused.statusCode()).isEqualTo(405);
        assertThat(refused.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
        assertThat(service.send("OPTIONS", path, null).statusCode()).isEqualTo(204);
    }

    private HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(service.uri(path)).headers(headers).build(), BodyHandlers.ofByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/redoc"})
    void aSlashAtTheEndLeadsToThePage(String path) {
        HttpResponse<String> answer = service.get(path + "/?a=b");

        assertThat(answer.statusCode()).isEqualTo(307);
        String location = answer.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .as("relative, as behind a proxy with a path of its own")
                .isEqualTo(".." + path + "?a=b");
        assertThat(service.uri(path + "/").resolve(location)).isEqualTo(service.uri(path + "?a=b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/redoc"})
    void aPageRunsNothingButItsOwnFiles(String path) {
        HttpResponse<String> page = service.get(path);

        assertThat(page.headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .contains("default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "http", "*");
        assertThat(page.body()).doesNotContain("//");
    }

    @Test
    void withoutThemNothingIsThere() {
        TestService without = TestService.on(database, ConfigOverride.config("docs", "false"));
        try {
            for (String path : List.of("/openapi.json", "/docs", "/redoc", "/docs/docs.js")) {
                HttpResponse<String> answer = without.get(path);
                assertThat(answer.statusCode()).as(path).isEqualTo(404);
                JsonNode problem = TestService.json(answer);
                assertThat(problem.get("detail").asText()).isEqualTo("There is nothing at this path.");
            }
        } finally {
            without.stop();
        }
    }
}
