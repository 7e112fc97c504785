package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Monitoring;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.PromQl;
import com.ketomealplan.testing.PromQl.Selector;
import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** What Prometheus sees, and how it moves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HonestMetricsTest {

    private static final String REPLAYS = "neon_unit_replays_total{reason=\"unavailable\"}";

    private static final String POOL = "{db_client_connection_pool_name=\"database\"}";

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy proxy;
    private TestService service;
    private String before;

    @BeforeAll
    void start() throws Exception {
        proxy = NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.slowStatementThreshold", "100ms"));
    }

    @BeforeEach
    void remember() {
        awaitCounted();
        before = scrape();
    }

    /** A request is counted when its answer is on its way. */
    private void awaitCounted() {
        await().until(() -> scrape().contains("http_server_active_requests 0.0"));
    }

    @AfterEach
    void recover() {
        proxy.intercept((connection, direction, type, body) -> Action.PASS);
        proxy.stall(false);
        proxy.go(false);
        await().until(() -> read().statusCode() == 404);
    }

    @AfterAll
    void stop() throws Exception {
        service.stop();
        proxy.close();
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    private HttpResponse<String> write() {
        String body = "{\"email\":\"%s@example.com\",\"quiz_data\":{}}".formatted(UUID.randomUUID());
        return service.post("/complex-operation", body);
    }

    private String scrape() {
        return service.admin("/metrics/prometheus").body();
    }

    private double value(String series) {
        return value(series, scrape());
    }

    /** Since the test began. */
    private double growth(String series) {
        return value(series) - value(series, before);
    }

    /** Zero if there is no such line yet. */
    private static double value(String series, String page) {
        Matcher line = Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
                .matcher(page);
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    /**
     * What the alerts and the dashboard ask for is what the service has, also of what has not happened yet: a counter that
     * is born with its first event has not grown, for Prometheus, and the alert on it would miss that one.
     */
    @Test
    void everySeriesThatIsAskedForExists() {
        assertThat(write().statusCode()).isEqualTo(201);
        proxy.go(true);
        assertThat(read().statusCode()).isEqualTo(503);
        String page = scrape();

        assertThat(Stream.concat(Monitoring.rules(), Monitoring.targets())
                        .flatMap(asking -> PromQl.selectors(asking.get("expr").asText()).stream())
                        .filter(selector -> !selector.metric().equals("up") // Prometheus's own
                                && !selector.metric().contains(":")) // recorded, see AlertsTest
                        .map(Selector::asScraped)
                        .distinct())
                .isNotEmpty()
                .filteredOn(selector -> !selector.selectsSomethingOf(page))
                .isEmpty();
    }

    @Test
    void countsAndTimesEveryOpening() {
        proxy.suspend();
        assertThat(read().statusCode()).isEqualTo(404);

        await().untilAsserted(() -> assertThat(growth("db_client_connection_create_time_seconds_count" + POOL))
                .isPositive()
                .isEqualTo(growth("neon_connections_opened_total" + POOL)));
    }

    @Test
    void countsAndTimesWhatRequestsDo() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(read().statusCode()).isEqualTo(404);
        }
        assertThat(write().statusCode()).isEqualTo(201);
        service.get("/livez");
        service.send("BREW", "/users", null);
        RawHttp.exchange(service.uri("/").getPort(), RawHttp.get("odd+scheme://localhost/livez"));
        for (int i = 0; i < 20; i++) {
            service.get("/nothing/" + i);
        }
        awaitCounted();

        String route =
                "http_request_method=\"GET\",http_response_status_code=\"404\",http_route=\"%s\",url_scheme=\"http\"}";
        assertThat(growth("http_server_request_duration_seconds_count{" + route.formatted("/users/{user_id}")))
                .isEqualTo(20);
        assertThat(growth("http_server_request_duration_seconds_count{" + route.formatted("")))
                .isEqualTo(20);
        assertThat(scrape())
                .contains("http_route=\"/livez\"")
                .contains("_OTHER")
                .doesNotContain("nothing", "BREW", "odd+scheme");
        assertThat(growth("db_client_connection_use_time_seconds_count" + POOL)).isEqualTo(21);
        for (String phase : new String[] {"tcp", "tls", "login"}) {
            assertThat(value("neon_connection_phase_time_seconds_count{phase=\"" + phase + "\"}"))
                    .isPositive();
        }
        assertThat(value("db_client_connection_wait_time_seconds_count" + POOL)).isPositive();
        assertThat(value("db_client_connection_max" + POOL)).isEqualTo(15);
        assertThat(value("db_client_connection_idle_max" + POOL)).isEqualTo(5);
        assertThat(value("db_client_connection_pending_requests" + POOL)).isZero();
        assertThat(value("neon_connection_pending_requests_max" + POOL)).isEqualTo(10_000);
        String idle =
                "db_client_connection_count{db_client_connection_pool_name=\"database\",db_client_connection_state=\"idle\"}";
        assertThat(value(idle)).isPositive();
        String find = "db_system_name=\"postgresql\",error_type=\"\"}";
        assertThat(scrape())
                .contains("db_client_operation_duration_seconds_count{db_query_summary=\"UserDao.find\"," + find);
        assertThat(value("neon_database_state{state=\"up\"}")).isEqualTo(1);
        assertThat(value("neon_database_state{state=\"down\"}")).isZero();
        assertThat(scrape()).contains("jvm_memory_used_bytes", "jvm_gc_collection_seconds", "jvm_threads_current");
    }

    /** The first one: only a service that has not heard from its database for long takes a wait for a wake. */
    @Test
    @Order(1)
    void countsFaultsByTheirKind() throws Exception {
        proxy.stall(true);
        long begunNanos = System.nanoTime();
        CompletableFuture<HttpResponse<String>> first = Clients.async(this::read);
        await().until(() -> value("neon_database_state{state=\"waking\"}") == 1);
        proxy.stall(false);
        assertThat(first.join().statusCode()).isEqualTo(404);
        await().until(() -> value("neon_cold_start_seconds_count") == 1);
        double whole = (System.nanoTime() - begunNanos) / 1e9;
        assertThat(value("neon_cold_start_seconds_sum"))
                .as("a part of the request's time")
                .isBetween(DatabaseState.LONG_LOGIN.toMillis() / 1e3, whole);
        assertThat(value("neon_database_state_changes_total{state=\"waking\"}")).isEqualTo(1);

        proxy.suspend();
        assertThat(read().statusCode()).isEqualTo(404);
        await().until(() -> value("neon_connection_evictions_total{cause=\"lost\"}") >= 1);

        double replays = value(REPLAYS); // one, if the server's last words were not there yet
        AtomicBoolean cut = new AtomicBoolean();
        proxy.intercept((connection, direction, type, body) ->
                direction == Direction.FROM_SERVER && type == 'T' && !cut.getAndSet(true) ? Action.CUT : Action.PASS);
        assertThat(read().statusCode()).isEqualTo(404);
        assertThat(value(REPLAYS)).isEqualTo(replays + 1);

        AtomicBoolean lost = new AtomicBoolean();
        proxy.intercept((connection, direction, type, body) -> direction == Direction.FROM_SERVER
                        && type == 'C'
                        && new String(body).startsWith("COMMIT")
                        && !lost.getAndSet(true)
                ? Action.CUT
                : Action.PASS);
        assertThat(write().statusCode()).isEqualTo(201);
        assertThat(value("neon_in_doubt_commits_total{outcome=\"committed\"}")).isEqualTo(1);

        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            assertThat(read().statusCode()).isEqualTo(504);
        }
        assertThat(value("neon_deadline_exceeded_total{stage=\"query\"}")).isEqualTo(1);
        assertThat(value("neon_unit_failures_total{kind=\"timeout\",outcome=\"rolled_back\"}"))
                .isEqualTo(1);

        proxy.go(true);
        assertThat(read().statusCode()).isEqualTo(503);
        assertThat(value("neon_connection_failures_total{kind=\"unavailable\"}"))
                .isPositive();
        assertThat(value("neon_database_state{state=\"down\"}")).isEqualTo(1);
    }

    @Test
    void sumsUpStatementsWithoutTheirValues() throws Exception {
        assertThat(read().statusCode()).isEqualTo(404);
        JsonNode find = statement("UserDao.find");
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            assertThat(read().statusCode()).isEqualTo(504);
        }
        assertThat(write().statusCode()).isEqualTo(201);

        HttpResponse<String> statements = service.admin("/statements");
        JsonNode worst = TestService.json(statements).get(0);
        assertThat(worst.get("statement").asText()).isEqualTo("UserDao.find");
        assertThat(worst.get("sql").asText()).endsWith("FROM users WHERE id = :id");
        assertThat(worst.get("slow").asInt()).isEqualTo(find.get("slow").asInt() + 1);
        assertThat(worst.get("errors").asInt()).isEqualTo(find.get("errors").asInt() + 1);
        assertThat(worst.get("total_ms").asDouble()).isGreaterThan(100);
        assertThat(statements.body()).doesNotContain("@example.com");
    }

    /** A statement and the pool are measured once; Dropwizard's metrics, Prometheus and the operator's page show that. */
    @Test
    void everyViewReadsTheSame() throws Exception {
        assertThat(read().statusCode()).isEqualTo(404);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            assertThat(read().statusCode()).isEqualTo(504);
        }

        // The pool may be about to replace the connection that was cancelled on
        await().untilAsserted(this::assertViewsAgree);
    }

    private void assertViewsAgree() {
        JsonNode ours = TestService.json(service.admin("/metrics"));
        JsonNode page = statement("UserDao.find");
        String prometheus = scrape();

        assertThat(ours.at("/timers/com.ketomealplan.db.UserDao.find/count").asLong())
                .isEqualTo(page.get("count").asLong())
                .isEqualTo((long) ofFind("count", prometheus));
        assertThat(page.get("total_ms").asDouble()).isCloseTo(ofFind("sum", prometheus) * 1_000, within(1.0));
        assertThat(ours.at("/timers/com.ketomealplan.db.UserDao.find/max").asDouble() * 1_000)
                .isCloseTo(page.get("longest_ms").asDouble(), within(1.0));
        for (String state : new String[] {"idle", "used"}) {
            assertThat(ours.at("/gauges/pool.database." + (state.equals("used") ? "active" : state) + "/value")
                            .asDouble())
                    .isEqualTo(value(
                            "db_client_connection_count{db_client_connection_pool_name=\"database\",db_client_connection_state=\""
                                    + state + "\"}",
                            prometheus));
        }
    }

    /** Of all ends of the statement. */
    private static double ofFind(String what, String page) {
        return Pattern.compile(
                        "^db_client_operation_duration_seconds_" + what
                                + "\\{db_query_summary=\"UserDao.find\".*} (\\S+)$",
                        Pattern.MULTILINE)
                .matcher(page)
                .results()
                .mapToDouble(line -> Double.parseDouble(line.group(1)))
                .sum();
    }

    private JsonNode statement(String name) {
        return StreamSupport.stream(
                        TestService.json(service.admin("/statements")).spliterator(), false)
                .filter(one -> one.get("statement").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void speaksOpenMetricsToo() {
        read();

        assertThat(service.admin("/metrics/prometheus", "Accept", "application/openmetrics-text; version=1.0.0")
                        .body())
                .endsWith("# EOF\n");
        assertThat(TestService.json(service.admin("/metrics")).get("gauges").has("pool.database.size"))
                .isTrue();
    }

    /** As Prometheus does where its native histograms are on. */
    @Test
    void aScrapeThatPrefersProtobufGetsTheNextFormatThatItAccepts() {
        String protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

        assertThat(service.admin("/metrics/prometheus", "Accept", protobuf + ",application/openmetrics-text;q=0.4")
                        .body())
                .endsWith("# EOF\n");
        assertThat(service.admin("/metrics/prometheus", "Accept", protobuf)
                        .headers()
                        .firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
    }
}
