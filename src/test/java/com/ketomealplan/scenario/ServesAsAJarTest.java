package com.ketomealplan.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.KeepAlive;
import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.ScenarioTable;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as an operator uses it: started, stopped, killed, and run beside itself. */
class ServesAsAJarTest {

    private static final String CONFIG = "config.yml";

    private static Map<String, String> on(TestDatabase database) throws IOException {
        return Map.of("PORT", FreePort.text(), "ADMIN_PORT", FreePort.text(), "NEON_DATABASE_URL", database.url());
    }

    private static String operation() {
        return "{\"email\":\"%s@example.com\",\"quiz_data\":{\"a\":1}}".formatted(UUID.randomUUID());
    }

    /** Its texts and numbers are the same everywhere. */
    @Test
    void theLanguageOfTheMachineDoesNotMatter(@TempDir Path directory) throws Exception {
        Path broken = Files.writeString(directory.resolve("broken.yml"), "server: [\n");
        Map<String, String> persian = Map.of("user.language", "fa", "user.country", "IR");
        try (ServiceProcess check = ServiceProcess.runWith(persian, Map.of(), "check", broken.toString())) {
            assertThat(check.awaitExit()).isNotZero();
            assertThat(check.output()).containsPattern("at line [0-9]+, column [0-9]+");
        }
    }

    @Test
    @Tag("campaign-only")
    void requestsRepeatedAfterAKillActOnce() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        Map<String, String> environment = on(database);
        ServiceProcess service =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy();
        Map<String, String> requests = new ConcurrentHashMap<>(); // by key
        AtomicInteger answered = new AtomicInteger();
        List<CompletableFuture<Void>> clients = Clients.start(8, () -> {
            try {
                while (true) {
                    String key = UUID.randomUUID().toString();
                    requests.put(key, operation());
                    service.post("/complex-operation", requests.get(key), "Idempotency-Key", key);
                    answered.incrementAndGet();
                }
            } catch (java.io.UncheckedIOException e) {
                return null; // the service is gone
            }
        });
        await().until(() -> answered.get() > 200);
        service.kill();
        clients.forEach(CompletableFuture::join);
        service.awaitExit();

        try (ServiceProcess again =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy()) {
            for (Map.Entry<String, String> request : requests.entrySet()) {
                assertThat(again.post("/complex-operation", request.getValue(), "Idempotency-Key", request.getKey())
                                .statusCode())
                        .isEqualTo(201);
            }
        }
        assertThat(requests.size()).isGreaterThan(answered.get());
        assertThat(database.count("users")).isEqualTo(requests.size());
        assertThat(database.count("quiz_responses")).isEqualTo(requests.size());
        ScenarioTable.row(
                "The service is killed (SIGKILL) under load, and all requests are repeated with their keys",
                requests.size(),
                requests.size(),
                0,
                0);
    }

    @Test
    void finishesRunningRequestsWhenItIsTerminated() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        ServiceProcess service = ServiceProcess.runWith(
                        Map.of("dw.database.unitOfWork.deadline", "15s"), on(database), "server", CONFIG)
                .awaitHealthy();
        try (Connection blocker = database.connect()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE users");
            CompletableFuture<HttpResponse<String>> running =
                    Clients.async(() -> service.post("/complex-operation", operation()));
            await().until(() -> database.lockWaiters() > 0);

            service.terminate();
            await().ignoreNoExceptions().until(() -> isRefused(service));
            blocker.rollback();

            assertThat(running.get().statusCode()).isEqualTo(201);
        }
        assertThat(service.awaitExit()).isIn(0, 143);
        assertThat(database.count("quiz_responses")).isEqualTo(1);
        await().until(() -> database.sessions() == 0);
    }

    @Test
    @Tag("campaign-only")
    void theRequestLogHasEachRequestOnce() throws Exception {
        Map<String, String> environment = new HashMap<>(on(TestDatabase.migrated()));
        environment.put("ENV", "production");
        ServiceProcess service =
                ServiceProcess.run(environment, "server", CONFIG).awaitHealthy();
        Queue<String> answered = new ConcurrentLinkedQueue<>();
        Clients.atOnce(8, () -> {
            for (int i = 0; i < 50; i++) {
                answered.add(service.get("/openapi.json")
                        .headers()
                        .firstValue("X-Request-Id")
                        .orElseThrow());
            }
            return null;
        });
        service.terminate();
        service.awaitExit();

        List<String> logged = new ArrayList<>();
        for (String line : service.output().lines().toList()) {
            JsonNode json = new ObjectMapper().readTree(line);
            if (json.path("uri").asText().equals("/openapi.json")) {
                logged.add(json.at("/responseHeaders/X-Request-Id").asText());
            }
        }
        assertThat(logged).containsExactlyInAnyOrderElementsOf(answered);
    }

    /** Longer than any fixed time that it had: it knows when nobody comes any more. A second signal makes it no shorter. */
    @Test
    @Tag("campaign-only")
    void isTerminatedWhenNobodyComesAnyMoreAndWhoLooksHasSeenIt() throws Exception {
        Map<String, String> environment = on(TestDatabase.migrated());
        int port = Integer.parseInt(environment.get("PORT"));
        ServiceProcess service = drainingFor("60s", "3s", environment).awaitHealthy();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> clients = Clients.start(2, () -> {
            try (KeepAlive client = new KeepAlive(port)) {
                while (!over.get()) {
                    assertThat(client.send(RawHttp.request(
                                    "GET /users/%s HTTP/1.1\r\nHost: a".formatted(UUID.randomUUID()), new byte[0])))
                            .isEqualTo(404);
                    served.incrementAndGet();
                    Thread.sleep(5);
                }
            }
            return null;
        });
        String admin = "http://127.0.0.1:" + environment.get("ADMIN_PORT") + "/readyz";
        AtomicInteger looks = new AtomicInteger();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> service.status(admin) == 200 && looks.incrementAndGet() > 3);

        assertThat(service.get("/users", "Drain-Status", "429").statusCode()).isEqualTo(200);

        service.terminate();
        AtomicInteger notReady = new AtomicInteger();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (service.status(admin) == 503 && notReady.incrementAndGet() == 10) {
                        service.terminate();
                    }
                    return notReady.get() == 30;
                });
        int servedByThen = served.get();
        await().atMost(Duration.ofSeconds(60)).until(() -> served.get() > servedByThen + 50);
        HttpResponse<String> elsewhere = service.get("/users", "Drain-Status", "429");
        assertThat(elsewhere.statusCode()).isEqualTo(429); // as nginx wants it
        assertThat(elsewhere.headers().firstValue("Retry-After")).contains("1");
        assertThat(elsewhere.body()).contains("\"retryable\":true");
        assertThat(service.get("/livez", "Drain-Status", "429").statusCode()).isEqualTo(200);
        assertThat(service.post("/users", "{}", "Drain-Status", "429").statusCode())
                .isEqualTo(422);
        assertThat(service.output()).contains("Drain started: ").doesNotContain("closing the port");
        over.set(true);
        Clients.join(clients);

        assertThat(service.awaitExit()).isIn(0, 143);
        assertThat(service.output())
                .contains("no more requests arrive")
                .doesNotContain("Accept Failure", "GET /readyz");
    }

    private static ServiceProcess drainingFor(String atMost, String quietPeriod, Map<String, String> environment)
            throws IOException {
        Map<String, String> settings = Map.of("dw.drainTimeout", atMost, "dw.quietPeriod", quietPeriod);
        return ServiceProcess.runWith(settings, environment, "server", CONFIG);
    }

    /** Clients that hold their connections, and that end one where its answer says so, find a door until they find none. */
    @Test
    @Tag("campaign-only")
    void nobodysRequestFailsWhenItIsTerminated() throws Exception {
        Map<String, String> environment = on(TestDatabase.migrated());
        int port = Integer.parseInt(environment.get("PORT"));
        ServiceProcess service = drainingFor("10s", "1s", environment).awaitHealthy();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<List<Integer>>> clients = Clients.start(16, () -> servedUntilRefused(port, served));
        await().until(() -> served.get() > 500);
        String admin = "http://127.0.0.1:" + environment.get("ADMIN_PORT") + "/readyz";

        service.terminate();
        await().pollInterval(Duration.ofMillis(20)).until(() -> service.status(admin) == 503);
        int whenNotReady = served.get();
        for (CompletableFuture<List<Integer>> client : clients) {
            assertThat(client.get()).containsOnly(404);
        }

        assertThat(served.get()).isGreaterThan(whenNotReady); // it was not ready, and served on
        assertThat(service.awaitExit()).isIn(0, 143);
    }

    /** The statuses of one client's requests. */
    private static List<Integer> servedUntilRefused(int port, AtomicInteger served) {
        List<Integer> statuses = new ArrayList<>();
        while (true) {
            int answeredHere = 0;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
                boolean close = false;
                while (!close) {
                    String request = "GET /users/%s HTTP/1.1\r\nHost: a\r\n\r\n".formatted(UUID.randomUUID());
                    socket.getOutputStream().write(request.getBytes(US_ASCII));
                    statuses.add(Integer.parseInt(in.readLine().substring(9, 12)));
                    answeredHere++;
                    int length = 0;
                    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                        close |= line.equalsIgnoreCase("Connection: close");
                        length = line.startsWith("Content-Length: ") ? Integer.parseInt(line.substring(16)) : length;
                    }
                    assertThat(in.skip(length)).isEqualTo(length);
                    served.incrementAndGet();
                }
            } catch (ConnectException e) {
                return statuses;
            } catch (SocketException e) {
                // The kernel takes connections that nobody accepts before the door closes; then it must be closed
                assertThat(answeredHere).isZero();
                assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                        .isInstanceOf(ConnectException.class);
                return statuses;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean isRefused(ServiceProcess service) {
        try {
            return service.get("/health").statusCode() == 503;
        } catch (java.io.UncheckedIOException e) {
            return true;
        }
    }
}
