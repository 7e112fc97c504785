package com.example.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.people.CommitCutter.Cut;
import io.dropwizard.testing.DropwizardTestSupport;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layer in a service that has nothing else of ours, over a PostgreSQL whose connections are cut. */
class PeopleTest {

    private static final Queue<String> SPANS = new ConcurrentLinkedQueue<>();

    private static EmbeddedPostgres postgres;
    private static CommitCutter cutter;
    private static DropwizardTestSupport<PeopleApplication.Settings> service;

    @BeforeAll
    static void start() throws Exception {
        traceTheProcess();
        postgres = EmbeddedPostgres.start();
        cutter = new CommitCutter(postgres.getPort());
        Path config = Files.writeString(Path.of("target", "config.yml"), """
                database:
                  url: postgresql://postgres@127.0.0.1:%d/postgres?sslmode=disable
                server:
                  applicationConnectors: [{type: http, port: 0}]
                  adminConnectors: [{type: http, port: 0}]
                """.formatted(cutter.port()));
        new PeopleApplication().run("db", "migrate", config.toString());
        service = new DropwizardTestSupport<>(PeopleApplication.class, config.toString());
        service.before();
    }

    /** As an agent would. */
    private static void traceTheProcess() {
        GlobalOpenTelemetry.set(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(new SpanExporter() {
                            @Override
                            public CompletableResultCode export(Collection<SpanData> spans) {
                                spans.forEach(span -> SPANS.add(span.getName()));
                                return CompletableResultCode.ofSuccess();
                            }

                            @Override
                            public CompletableResultCode flush() {
                                return CompletableResultCode.ofSuccess();
                            }

                            @Override
                            public CompletableResultCode shutdown() {
                                return CompletableResultCode.ofSuccess();
                            }
                        }))
                        .build())
                .build());
    }

    @AfterAll
    static void stop() throws Exception {
        service.after();
        cutter.close();
        postgres.close();
    }

    private static HttpResponse<String> send(int port, String path, HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        request.uri(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> add(String name) throws Exception {
        return send(
                service.getLocalPort(),
                "/people",
                HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(name)));
    }

    private static String names() throws Exception {
        return send(service.getLocalPort(), "/people", HttpRequest.newBuilder()).body();
    }

    private static HttpResponse<String> admin(String path) throws Exception {
        return send(service.getAdminPort(), path, HttpRequest.newBuilder());
    }

    @Test
    void aCommitWhoseAnswerIsLostIsAnsweredTruly() throws Exception {
        cutter.cut(Cut.BEFORE_ITS_ANSWER);
        HttpResponse<String> answer = add("Ada");

        assertThat(cutter.hasCut()).isTrue();
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(names()).containsOnlyOnce("Ada");
    }

    @Test
    void aCommitThatNeverArrivesIsAnsweredTruly() throws Exception {
        cutter.cut(Cut.BEFORE_IT_ARRIVES);
        HttpResponse<String> answer = add("Grace");

        assertThat(cutter.hasCut()).isTrue();
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(names()).doesNotContain("Grace");
        assertThat(add("Grace").statusCode()).isEqualTo(204);
    }

    @Test
    void spansGoWhereThoseOfTheProcessGo() throws Exception {
        assertThat(add("Edsger").statusCode()).isEqualTo(204);

        assertThat(SPANS).contains("PeopleResource.add", "PersonDao.add");
    }

    @Test
    void metricsAndTheOperatorsPageAreThereByDefault() throws Exception {
        assertThat(admin("/metrics/prometheus").body()).contains("db_client_connection_max");
        assertThat(admin("/").body()).contains("<title>");
        assertThat(admin("/healthcheck").body()).contains("\"database\"");
    }
}
