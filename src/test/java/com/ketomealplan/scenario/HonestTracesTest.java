package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.OtlpReceiver;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a request met is found in its trace, and in the answer's {@code Server-Timing}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestTracesTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    /** How long the SDK collects spans before it sends them; five seconds unless this says otherwise. */
    private static final String EXPORT_DELAY = "otel.bsp.schedule.delay";

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy proxy;
    private OtlpReceiver receiver;

    /** Each test has its own: the first one is about its first connection, and all have other settings. */
    private TestService service;

    @BeforeAll
    void listen() throws Exception {
        proxy = NeonProxy.before(database);
        System.setProperty(EXPORT_DELAY, "20");
    }

    @BeforeEach
    void receive() {
        receiver = new OtlpReceiver();
    }

    @AfterEach
    void stop() {
        proxy.stall(false);
        proxy.wake(Duration.ZERO);
        service.stop();
        receiver.close();
    }

    @AfterAll
    void close() throws Exception {
        System.clearProperty(EXPORT_DELAY);
        proxy.close();
    }

    private void start(String endpoint, ConfigOverride... more) {
        List<ConfigOverride> settings = new ArrayList<>(List.of(more));
        settings.add(ConfigOverride.config("database.healthMode", "passive"));
        settings.add(ConfigOverride.config("tracingEndpoint", endpoint));
        service = TestService.at(proxy.url(database), settings.toArray(ConfigOverride[]::new));
    }

    private HttpResponse<String> send(String method, String path, String body) {
        return service.send(
                method,
                path,
                body,
                "Content-Type",
                "application/json",
                "traceparent",
                "00-" + TRACE + "-" + PARENT + "-01");
    }

    private HttpResponse<String> write(String email) {
        return send("POST", "/complex-operation", "{\"email\":\"%s\",\"quiz_data\":{\"goal\":1}}".formatted(email));
    }

    private static double timing(HttpResponse<String> answer, String metric) {
        Matcher value = Pattern.compile(metric + ";dur=([0-9.]+)")
                .matcher(answer.headers().firstValue("Server-Timing").orElseThrow());
        assertThat(value.find()).isTrue();
        return Double.parseDouble(value.group(1));
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static String attribute(Span span, String key) {
        return span.getAttributesList().stream()
                .filter(pair -> pair.getKey().equals(key))
                .map(KeyValue::getValue)
                .map(value -> value.hasStringValue() ? value.getStringValue() : Long.toString(value.getIntValue()))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, Span> spans(int expected) {
        await().until(() -> receiver.spans().size() >= expected);
        return receiver.spans().stream().collect(Collectors.toMap(Span::getName, Function.identity()));
    }

    /** In no words of Neon's: this is none of its hosts. */
    @Test
    void aWriteThatWaitedForASlowLogInIsOneTrace() {
        start(receiver.url());
        Duration wake = Duration.ofMillis(400);
        proxy.wake(wake);

        HttpResponse<String> answer = write("ada@example.com");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(timing(answer, "connect")).isGreaterThanOrEqualTo(wake.toMillis());
        assertThat(timing(answer, "database")).isPositive();
        Map<String, Span> spans = spans(10);
        assertThat(spans.values())
                .allSatisfy(span -> assertThat(hex(span.getTraceId())).isEqualTo(TRACE));
        assertThat(hex(spans.get("POST /complex-operation").getParentSpanId())).isEqualTo(PARENT);
        Map.of(
                        "ComplexOperationResource.create", "POST /complex-operation",
                        "wait for a connection", "ComplexOperationResource.create",
                        "connect", "wait for a connection",
                        "tcp", "connect",
                        "tls", "connect",
                        "login", "connect",
                        "UserDao.insert", "ComplexOperationResource.create",
                        "QuizResponseDao.insert", "ComplexOperationResource.create",
                        "COMMIT", "ComplexOperationResource.create")
                .forEach((child, parent) -> assertThat(spans.get(child).getParentSpanId())
                        .as(child)
                        .isEqualTo(spans.get(parent).getSpanId()));
        spans.values().forEach(span -> assertThat(span.getStartTimeUnixNano())
                .isLessThanOrEqualTo(span.getEndTimeUnixNano())
                .isGreaterThanOrEqualTo(
                        spans.get("POST /complex-operation").getStartTimeUnixNano() - 5_000_000)); // two clocks
        Span insert = spans.get("UserDao.insert");
        assertThat(attribute(insert, "db.system.name")).isEqualTo("postgresql");
        assertThat(attribute(insert, "db.operation.name")).isEqualTo("INSERT");
        assertThat(attribute(insert, "db.query.summary")).isEqualTo("UserDao.insert");
        Span request = spans.get("POST /complex-operation");
        assertThat(attribute(request, "http.route")).isEqualTo("/complex-operation");
        assertThat(attribute(request, "http.response.status_code")).isEqualTo("201");
        assertThat(somethingExports()).isTrue();
        assertThat(receiver.texts()).noneMatch(text -> text.contains("ada@example.com") || text.contains("goal"));
    }

    /** A platform's variables are for all programs, and the SDK has no exporter over gRPC here. */
    @Test
    void whatThePlatformSaysOfProtocolsAndMetricsIsNotFollowed() {
        Map<String, String> variables = Map.of(
                "otel.exporter.otlp.protocol", "grpc",
                "otel.exporter.otlp.traces.protocol", "grpc",
                "otel.exporter.otlp.endpoint", "http://127.0.0.1:1",
                "otel.metrics.exporter", "otlp",
                "otel.logs.exporter", "otlp");
        variables.forEach(System::setProperty); // to the SDK the same
        try {
            start(receiver.url());
        } finally {
            variables.keySet().forEach(System::clearProperty);
        }

        send("GET", "/users/" + UUID.randomUUID(), null);

        await().untilAsserted(() ->
                assertThat(receiver.spans()).extracting(Span::getName).contains("UserResource.get"));
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(
                        name -> name.startsWith("PeriodicMetricReader") || name.startsWith("BatchLogRecordProcessor"));
    }

    @Test
    void aFailureIsMarkedWhereItWas() {
        start(receiver.url(), ConfigOverride.config("database.unitOfWork.deadline", "500ms"));
        String path = "/users/" + UUID.randomUUID();
        await().until(() -> service.get(path).statusCode() == 404); // there is a connection
        proxy.stall(true);

        long before = proxy.clientMessages();

        // On a busy machine the time may be over before the statement is sent
        HttpResponse<String> answer =
                await().until(() -> send("GET", path, null), any -> proxy.clientMessages() > before);

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(TestService.json(answer).get("trace_id").asText()).isEqualTo(TRACE);
        await().untilAsserted(() -> assertThat(receiver.spans())
                .filteredOn(span -> hex(span.getTraceId()).equals(TRACE))
                .filteredOn(span -> span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
                .extracting(Span::getName)
                .contains("UserDao.find", "UserResource.get", "GET /users/{user_id}"));
    }

    @Test
    void withoutAReceiverOnlyTheClientsTraceIsKnown() {
        await().until(() -> !somethingExports()); // what the services of other tests had

        start("");

        HttpResponse<String> traced = send("GET", "/users/" + UUID.randomUUID(), null);
        HttpResponse<String> untraced = service.get("/users/" + UUID.randomUUID());
        assertThat(TestService.json(traced).get("trace_id").asText()).isEqualTo(TRACE);
        assertThat(TestService.json(untraced).has("trace_id")).isFalse();
        HttpResponse<String> byJetty = send("DELETE", "/docs", null);
        assertThat(byJetty.statusCode()).isEqualTo(405);
        assertThat(TestService.json(byJetty).get("trace_id").asText()).isEqualTo(TRACE);
        assertThat(untraced.headers().firstValue("Server-Timing").orElseThrow()).doesNotContain("traceparent");
        assertThat(somethingExports()).isFalse();
    }

    private static boolean somethingExports() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("BatchSpanProcessor"));
    }
}
