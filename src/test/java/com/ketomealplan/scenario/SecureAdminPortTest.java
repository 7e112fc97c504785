package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin port of {@code config.yml}, byte by byte: with a token and without. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureAdminPortTest {

    private static final String TOKEN = "Authorization: Bearer s3cret";

    private static final List<String> PROBES = List.of("/livez", "/readyz", "/startupz");

    private TestService open;
    private TestService closed;

    @BeforeAll
    void start() {
        TestDatabase database = TestDatabase.migrated();
        open = TestService.on(database, ConfigOverride.config("adminHosts", "admin.example.com"));
        closed = TestService.on(database, ConfigOverride.config("adminToken", "s3cret"));
    }

    @AfterAll
    void stop() {
        closed.stop(); // first, because each puts back the settings that it has found
        open.stop();
    }

    private static int status(TestService service, String firstLine, String... headers) throws IOException {
        String head = firstLine + "\r\nConnection: close\r\nContent-Length: 0\r\n" + String.join("\r\n", headers);
        String answer =
                RawHttp.exchange(service.adminUri("/").getPort(), RawHttp.request(head.stripTrailing(), new byte[0]));
        return Integer.parseInt(answer.substring(9, 12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:8081", "127.0.0.1:8081", "[::1]:8081", "localhost.", "admin.example.com"
            })
    void withoutATokenItIsServedByTheNamesOfThisMachine(String host) throws Exception {
        assertThat(status(open, "GET /metrics HTTP/1.1", "Host: " + host)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.com", "evil.com:8081", "127.0.0.1.evil.com", "localhost.evil.com", "192.168.1.1", "0.0.0.0"
            })
    void withoutATokenItIsServedByNoOtherName(String host) throws Exception {
        for (String path :
                List.of("/", "/metrics", "/pprof?duration=1", "/threads", "/tasks", "/operator/events", "/nothing")) {
            assertThat(status(open, "GET " + path + " HTTP/1.1", "Host: " + host))
                    .as(path)
                    .isEqualTo(421);
        }
        assertThat(status(open, "POST /tasks/gc HTTP/1.1", "Host: " + host)).isEqualTo(421);
        assertThat(status(open, "GET /metrics HTTP/1.1", "Host: " + host, "X-Forwarded-Host: localhost"))
                .isEqualTo(421);
        assertThat(status(open, "GET /metrics HTTP/1.1", "Host: " + host, TOKEN))
                .isEqualTo(421);
        assertThat(status(open, "GET http://" + host + "/metrics HTTP/1.1", "Host: " + host))
                .isEqualTo(421);
        assertThat(status(open, "GET http://" + host + "/metrics HTTP/1.1", "Host: localhost"))
                .isEqualTo(400);
        assertThat(status(open, "GET http://localhost/metrics HTTP/1.1", "Host: " + host))
                .isEqualTo(400);
        assertThat(status(open, "GET http://" + host + "/metrics HTTP/1.0", "Host: localhost"))
                .isIn(400, 421);
        assertThat(status(open, "GET http://" + host + "/metrics HTTP/1.0")).isEqualTo(421);
    }

    @Test
    void withoutATokenARequestThatNamesNoHostIsNotServed() throws Exception {
        assertThat(status(open, "GET /metrics HTTP/1.0")).isEqualTo(421);
        assertThat(status(open, "GET /metrics HTTP/1.0", "Host: localhost")).isEqualTo(200);
        assertThat(status(open, "GET /metrics HTTP/1.1")).isEqualTo(400);
        assertThat(status(open, "GET /metrics HTTP/1.1", "Host:")).isEqualTo(400);
        assertThat(status(open, "GET /metrics HTTP/1.1", "Host: localhost", "Host: evil.com"))
                .isEqualTo(400);
    }

    /** A kubelet knows no token, and asks for the pod by its address. */
    @Test
    void probesAreServedToEverybody() throws Exception {
        for (String path : PROBES) {
            for (TestService service : List.of(open, closed)) {
                assertThat(status(service, "GET " + path + " HTTP/1.1", "Host: 10.244.1.7:8081"))
                        .as(path)
                        .isEqualTo(200);
                assertThat(status(service, "HEAD " + path + " HTTP/1.0")).isEqualTo(200);
                assertThat(status(
                                service, "GET " + path + "?verbose HTTP/1.1", "Host: a", "Authorization: Bearer wrong"))
                        .isEqualTo(200);
                assertThat(status(service, "POST " + path + " HTTP/1.1", "Host: a"))
                        .isEqualTo(405);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/livez/",
                "/livez/metrics",
                "/livez;/metrics",
                "/livez/../metrics",
                "/livez/..;/metrics",
                "/livez/%2e%2e/metrics",
                "/livez%2f..%2fmetrics",
                "/livez;a=/../metrics",
                "/livez%00/../metrics",
                "/livez%3f/../metrics",
                "/x/../metrics",
                "/./metrics",
                "//metrics",
                "//livez/metrics",
                "/%6detrics",
                "/metrics;/livez",
                "/metrics?/livez",
                "/metrics%23/livez",
                "/metrics/livez",
                "/tasks/../metrics",
                "/\\metrics",
                "/operator/../metrics",
                "http://localhost/metrics",
                "http://localhost/livez/../metrics",
                "http://localhost//metrics",
                "*"
            })
    void noPathGetsPastTheToken(String target) throws Exception {
        for (String method : List.of("GET", "POST", "HEAD", "OPTIONS", "TRACE", "get", "PROPFIND")) {
            for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
                assertThat(status(closed, method + " " + target + " " + version, "Host: localhost"))
                        .as(method + " " + version)
                        .isIn(400, 401, 404, 405);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document",
                "Sec-Fetch-Site: same-origin | Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-origin | Origin: http://evil.com",
                "Sec-Fetch-Site:",
                "Origin: http://evil.com",
                "Origin: http://localhost",
                "Origin: http://localhost:8081.evil.com",
                "Origin: http://localhost:8082",
                "Origin: http://a@localhost:8081",
                "Origin: https://admin.example.com",
                "Origin: null",
                "Origin:",
                "Origin: http://localhost:8081 | Origin: http://evil.com"
            })
    void nothingIsChangedForAPageOfAnotherOrigin(String headers) throws Exception {
        String others = headers.replace(" | ", "\r\n");
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            assertThat(status(open, method + " /tasks/gc HTTP/1.1", "Host: localhost:8081", others))
                    .isEqualTo(403);
            assertThat(status(closed, method + " /tasks/gc HTTP/1.1", "Host: localhost:8081", TOKEN, others))
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Nothing: a",
                "Sec-Fetch-Site: same-origin | Origin: http://localhost:8081",
                "Sec-Fetch-Site: none",
                "Origin: http://LocalHost:8081",
                "Origin: https://localhost:8081",
                "Origin: https://admin.example.com | Sec-Fetch-Site: same-origin" // a proxy has changed the Host
            })
    void thePageItselfAndOtherProgramsMayChangeThings(String headers) throws Exception {
        String own = headers.replace(" | ", "\r\n");
        assertThat(status(open, "POST /tasks/gc HTTP/1.1", "Host: localhost:8081", own))
                .isEqualTo(200);
    }

    @Test
    void aLinkOnAnotherPageMayShowAPageButCostNothing() throws Exception {
        String[] link = {
            "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"
        };
        String[] picture = {
            "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"
        };
        String[] frame = {
            "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"
        };

        assertThat(status(open, "GET / HTTP/1.1", link)).isEqualTo(200);
        assertThat(status(open, "GET /statements HTTP/1.1", link)).isEqualTo(200);
        assertThat(status(open, "GET /pprof?duration=1 HTTP/1.1", link)).isEqualTo(403);
        assertThat(status(open, "GET /pp%72of;a?duration=1 HTTP/1.1", link)).isEqualTo(403);
        for (String path : List.of("/", "/operator/events", "/pprof", "/threads", "/healthcheck")) {
            assertThat(status(open, "GET " + path + " HTTP/1.1", picture)).isEqualTo(403);
            assertThat(status(open, "GET " + path + " HTTP/1.1", frame)).isEqualTo(403);
        }
        assertThat(status(closed, "GET / HTTP/1.1", picture)).isEqualTo(403);
        assertThat(status(closed, "GET / HTTP/1.1", link)).isEqualTo(401);
    }

    /** More of them than there may be streams at once: none holds one. */
    @Test
    void aRequestForTheHeadOfTheEventsHoldsNoStream() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(status(open, "HEAD /operator/events HTTP/1.1", "Host: localhost"))
                    .isEqualTo(200);
        }
    }

    /** A test of its own service, because the address of all tests is the same. */
    @Test
    void wrongTokensAreLimitedAndCounted() throws Exception {
        TestService guessed = TestService.on(TestDatabase.migrated(), ConfigOverride.config("adminToken", "s3cret"));
        try (LoggedLines log = LoggedLines.of("com.ketomealplan.http")) {
            String counted = guessed.admin("/metrics/prometheus", "Authorization", "Bearer s3cret")
                    .body();
            assertThat(counted.lines().filter(line -> line.startsWith("admin_requests_refused_total{")))
                    .as("there before the first one, so that Prometheus sees it grow")
                    .hasSize(6)
                    .allMatch(line -> line.endsWith(" 0.0"));
            for (int i = 0; i < 20; i++) { // what presents nothing guesses nothing
                assertThat(guessed.admin("/metrics").statusCode()).isEqualTo(401);
            }
            for (int i = 0; i < 10; i++) {
                assertThat(guessed.admin("/metrics", "Authorization", "Bearer guess" + i)
                                .statusCode())
                        .isEqualTo(401);
            }
            var refused = guessed.admin("/metrics", "Authorization", "Bearer s3cret");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                    .isBetween(1L, 60L);
            assertThat(TestService.json(refused).get("retryable").asBoolean()).isTrue();
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(TestService.json(refused).get("request_id").asText())
                    .isEqualTo(refused.headers().firstValue("X-Request-Id").orElseThrow());
            var balanced = guessed.admin("/metrics", "Authorization", "Bearer s3cret", "Drain-Status", "429");
            assertThat(balanced.statusCode())
                    .as("or else nginx would take one instance after the other for one that stops")
                    .isEqualTo(401);
            assertThat(balanced.headers().firstValue("Retry-After")).isPresent();
            assertThat(balanced.headers().firstValue("WWW-Authenticate")).isPresent();
            assertThat(guessed.admin("/livez").statusCode()).isEqualTo(200);
            assertThat(log.all())
                    .as("neither what was guessed, which may be one letter off, nor what it was to be")
                    .anyMatch(line -> line.contains("wrong admin tokens"))
                    .noneMatch(line -> line.contains("guess") || line.contains("s3cret"));
        } finally {
            guessed.stop();
        }
    }

    @Test
    void refusalsAreCountedByTheirReason() throws Exception {
        status(open, "GET / HTTP/1.1", "Host: evil.com");
        status(open, "POST / HTTP/1.1", "Host: localhost", "Origin: null");
        status(closed, "GET / HTTP/1.1", "Host: localhost");

        assertThat(open.admin("/metrics/prometheus").body())
                .containsPattern("admin_requests_refused_total\\{reason=\"host\"} [1-9]")
                .containsPattern("admin_requests_refused_total\\{reason=\"origin\"} [1-9]");
        assertThat(closed.admin("/metrics/prometheus", "Authorization", "Bearer s3cret")
                        .body())
                .containsPattern("admin_requests_refused_total\\{reason=\"no_token\"} [1-9]");
    }
}
