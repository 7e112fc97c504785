package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The admin pages of {@code config-serverless.yml}, on the application's port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureAdminTest {

    private final TestDatabase database = TestDatabase.migrated();
    private TestService service;

    @AfterEach
    void stop() {
        service.stop();
    }

    private int adminStatus(String... headers) {
        return service.send("GET", "/admin/metrics", null, headers).statusCode();
    }

    @Test
    void doesNotExistWithoutATokenAndTheApplicationIsServed() {
        service = TestService.serverless(database);

        assertThat(adminStatus()).isEqualTo(404);
        assertThat(adminStatus("Authorization", "Bearer ")).isEqualTo(404);
        assertThat(adminStatus("Authorization", "Bearer null")).isEqualTo(404);
        assertThat(service.send("POST", "/admin/tasks/gc", "").statusCode()).isEqualTo(404);
        assertThat(service.send("GET", "/admin/pprof", null).statusCode()).isEqualTo(404);
        assertThat(service.get("/admin/").statusCode()).isEqualTo(404);
        assertThat(service.get("/admin").statusCode()).isEqualTo(404);
        assertThat(withoutId(service.get("/admin/metrics"))).isEqualTo(withoutId(service.get("/nothing")));

        assertThat(service.get("/health").body())
                .contains("\"environment\":\"development\"")
                .doesNotContain("pool_size");
        assertThat(service.post("/users", "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID()))
                        .statusCode())
                .isEqualTo(201);
        await().until(() -> database.sessions() == 0);
    }

    @Test
    void opensToWhoPresentsTheToken() {
        service = TestService.serverless(database, ConfigOverride.config("adminToken", "s3cret"));

        assertThat(adminStatus()).isEqualTo(404);
        assertThat(adminStatus("Authorization", "Bearer wrong")).isEqualTo(404);
        assertThat(adminStatus("Authorization", "Basic s3cret")).isEqualTo(404);
        assertThat(adminStatus("Authorization", "Bearer s3cret")).isEqualTo(200);
        assertThat(adminStatus("Authorization", "bearer s3cret")).isEqualTo(200);
        assertThat(service.send("GET", "/admin/metrics", null).body()).doesNotContain("pool");
        assertThat(service.send("POST", "/admin/tasks/gc", "").statusCode()).isEqualTo(404);
        assertThat(service.send("POST", "/admin/tasks/gc", "", "Authorization", "Bearer s3cret")
                        .statusCode())
                .isEqualTo(200);
        assertThat(service.send("GET", "/admin/livez", null).statusCode()).isEqualTo(404);
        assertThat(service.send("GET", "/livez", null).statusCode()).isEqualTo(200);
    }

    /** A browser never offers a password that it was not asked for. */
    @Test
    void itsFrontDoorAsksABrowserForTheToken() {
        service = TestService.serverless(database, ConfigOverride.config("adminToken", "s3cret"));

        for (String path : List.of("/admin", "/admin/")) {
            HttpResponse<String> answer = service.get(path);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
            assertThat(service.send("GET", path, null, "Authorization", basic("a:wrong"))
                            .statusCode())
                    .isEqualTo(401);
        }
        HttpResponse<String> front = service.send("GET", "/admin", null, "Authorization", basic("a:s3cret"));
        assertThat(front.statusCode()).isEqualTo(302);
        assertThat(front.headers().firstValue("Location")).hasValue("/admin/");
        assertThat(service.send("GET", "/admin/", null, "Authorization", basic("a:s3cret"))
                        .body())
                .contains("<h1");
        for (String path : List.of("/admin/metrics", "/admin/nothing", "/admin/operator/events")) {
            assertThat(service.get(path).statusCode()).isEqualTo(404);
            for (String site : List.of("cross-site", "same-site", "none")) {
                assertThat(service.send("GET", path, null, "Sec-Fetch-Site", site)
                                .statusCode())
                        .as("to a page of " + site)
                        .isEqualTo(404);
            }
            assertThat(service.send("GET", path, null, "Sec-Fetch-Site", "same-origin")
                            .statusCode())
                    .as("to the page itself")
                    .isEqualTo(401);
        }
    }

    private static String withoutId(HttpResponse<String> answer) {
        return answer.statusCode()
                + answer.body().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "").replaceAll("[0-9a-f]{32}", "")
                + new TreeSet<>(answer.headers().map().keySet());
    }

    @Test
    void asksABrowserForTheTokenOnAPortOfItsOwn() throws Exception {
        service = TestService.on(database, ConfigOverride.config("adminToken", "s3cret:ö"));

        assertThat(service.admin("/").statusCode()).isEqualTo(401);
        assertThat(service.admin("/").headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic "));
        assertThat(service.admin("/metrics", "Authorization", basic("anybody:s3cret:ö"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(service.admin("/", "Authorization", basic(":s3cret:ö")).body())
                .contains("<h1");
        String asBytes = new String("s3cret:ö".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(RawHttp.exchange(
                        service.adminUri("/").getPort(), RawHttp.get("/metrics", "Authorization: Bearer " + asBytes)))
                .startsWith("HTTP/1.1 200 ");
        for (String wrong : List.of(basic("s3cret:ö"), basic("a:wrong"), basic(""), "Basic ", "Basic ~~~", "Basic")) {
            assertThat(service.admin("/metrics", "Authorization", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(401);
        }
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
