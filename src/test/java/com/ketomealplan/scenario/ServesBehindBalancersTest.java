package com.ketomealplan.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.ketomealplan.testing.Balancer;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.KeepAlive;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three instances are restarted one after the other under sixteen clients, with a migration in between, behind what the page of
 * balancers says. No request is lost, and none acts twice.
 */
@Tag("campaign-only")
@Tag("any-jdk")
class ServesBehindBalancersTest {

    private static final int CLIENTS = 16;

    /** Of each client between two requests, so that the new instances and the migration get to start. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String CONFIG = "config.yml";
    private static final String MIGRATION = """
            --liquibase formatted sql
            --changeset test:column
            ALTER TABLE users ADD COLUMN note text NOT NULL DEFAULT '';
            """;

    private final TestDatabase database = TestDatabase.migrated();
    private final List<Map<String, String>> environments = new ArrayList<>();
    private final List<ServiceProcess> instances = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger stored = new AtomicInteger();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < 3; i++) {
            ports.add(FreePort.next());
            environments.add(Map.of(
                    "PORT", ports.get(i).toString(),
                    "ADMIN_PORT", FreePort.text(),
                    "NEON_DATABASE_URL", database.url()));
            instances.add(ServiceProcess.run(environments.get(i), "server", CONFIG));
        }
        instances.forEach(ServiceProcess::awaitHealthy);
    }

    @AfterEach
    void stop() {
        over.set(true);
        instances.forEach(ServiceProcess::terminate);
        instances.forEach(ServiceProcess::awaitExit);
    }

    @Test
    @Needs(Program.HAPROXY)
    void behindHaproxysDefaults() throws Exception {
        int port = FreePort.next();
        try (Balancer haproxy = Balancer.haproxy(Balancer.on(Balancer.snippet("haproxy"), port, ports), port)) {
            assertNothingIsLost("HAProxy", port, this::restart);
            assertThat(haproxy.output()).contains("is DOWN", "is UP");
        }
    }

    @Test
    @Needs(Program.NGINX)
    void behindNginx() throws Exception {
        int port = FreePort.next();
        try (Balancer nginx = Balancer.nginx(Balancer.on(Balancer.snippet("nginx"), port, ports), port)) {
            assertNothingIsLost("nginx", port, this::restart);
            assertThat(nginx.output()).doesNotContain("no live upstreams");
        }
    }

    /** Its probes look at each instance, and its proxies leave it alone seconds after SIGTERM, whatever the probes see. */
    @Test
    @Needs(Program.HAPROXY)
    void inTheOrderOfKubernetes() throws Exception {
        JsonNode container = new ObjectMapper(new YAMLFactory())
                .readTree(Balancer.snippet("yaml kubernetes"))
                .at("/spec/containers/0");
        Duration period =
                Duration.ofSeconds(container.at("/readinessProbe/periodSeconds").asInt());
        String path = container.at("/readinessProbe/httpGet/path").asText();
        int port = FreePort.next();
        int administration = FreePort.next();
        String proxy = Balancer.on(Balancer.snippet("haproxy"), port, ports)
                .replaceAll("(?m)^ *option httpchk.*$", "")
                .replaceAll("(?m) check$", "");
        String socket = "global\n  stats socket ipv4@127.0.0.1:" + administration + " level admin\n";
        for (int each : ports) {
            Clients.async(() -> probe("http://127.0.0.1:" + each + path, period));
        }
        try (Balancer haproxy = Balancer.haproxy(socket + proxy, port)) {
            assertNothingIsLost("Kubernetes' order", port, i -> {
                String server = "keto-meal-plan-api/" + "abc".charAt(i);
                CompletableFuture<Void> proxies = CompletableFuture.runAsync(
                        () -> haproxy.tell(administration, "set server " + server + " state maint"),
                        CompletableFuture.delayedExecutor(3 + i, TimeUnit.SECONDS));
                restart(i);
                proxies.join();
                haproxy.tell(administration, "set server " + server + " state ready");
            });
        }
    }

    private Void probe(String address, Duration period) throws InterruptedException {
        while (!over.get()) {
            try {
                instances.get(0).status(address); // whichever it is: a client of HTTP
            } catch (UncheckedIOException e) {
                // it is not there
            }
            Thread.sleep(period.toMillis());
        }
        return null;
    }

    private void restart(int i) {
        try {
            instances.get(i).terminate();
            assertThat(instances.get(i).awaitExit()).isIn(0, 143);
            instances.set(i, ServiceProcess.run(environments.get(i), "server", CONFIG));
            instances.get(i).awaitHealthy();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertNothingIsLost(String balancer, int port, IntConsumer restart) throws Exception {
        List<CompletableFuture<Void>> clients = Clients.start(CLIENTS, () -> use(port));
        awaitAnswers();
        for (int i = 0; i < instances.size(); i++) {
            if (i == 1) {
                migrate();
            }
            restart.accept(i);
            awaitAnswers();
        }
        over.set(true);
        Clients.join(clients);

        System.out.printf("%s: %,d requests, %d lost%n", balancer, answered.get() + lost.size(), lost.size());
        assertThat(lost).isEmpty();
        assertThat(database.count("users")).isEqualTo(stored.get());
        assertThat(database.count("quiz_responses")).isEqualTo(stored.get());
    }

    private void awaitAnswers() {
        int before = answered.get();
        await().atMost(Duration.ofSeconds(60)).until(() -> answered.get() > before + 500);
    }

    private void migrate() throws IOException {
        Path file = Files.writeString(directory.resolve("migration.sql"), MIGRATION);
        ServiceProcess migration =
                ServiceProcess.run(environments.get(0), "db", "migrate", "--migrations", file.toString(), CONFIG);
        assertThat(migration.awaitExit()).as(migration::output).isZero();
    }

    /** Two thirds write, half of them with a key. */
    private Void use(int port) throws IOException, InterruptedException {
        try (KeepAlive client = new KeepAlive(port)) {
            for (int i = 0; !over.get(); i++) {
                boolean reads = i % 3 == 0;
                String key = i % 3 == 1 ? "\r\nIdempotency-Key: " + UUID.randomUUID() : "";
                byte[] request = reads
                        ? RawHttp.request(
                                "GET /users/%s HTTP/1.1\r\nHost: localhost".formatted(UUID.randomUUID()), new byte[0])
                        : post(key);
                try {
                    int status = client.send(request);
                    if (status == (reads ? 404 : 201)) {
                        answered.incrementAndGet();
                        stored.addAndGet(reads ? 0 : 1);
                    } else {
                        lost.add((reads ? "GET " : "POST ") + status);
                    }
                } catch (IOException e) {
                    lost.add((reads ? "GET " : "POST ") + e);
                }
                Thread.sleep(PAUSE.toMillis());
            }
        }
        return null;
    }

    private static byte[] post(String key) {
        byte[] body = "{\"email\":\"%s@example.com\",\"quiz_data\":{\"a\":1}}"
                .formatted(UUID.randomUUID())
                .getBytes(UTF_8);
        return RawHttp.request(
                "POST /complex-operation HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json" + key
                        + "\r\nContent-Length: " + body.length,
                body);
    }
}
