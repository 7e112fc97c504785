package com.ketomealplan.neon;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.FreePort;
import com.ketomealplan.testing.HttpLoad;
import com.ketomealplan.testing.ServiceProcess;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a request costs while the service gets warm, and when it is: CPU of the service and bytes allocated, with 64 clients that send one
 * request after the other. Run by hand: {@code mvn -B -q -DskipTests package exec:exec -Dbenchmark=ServiceBenchmark}. The environment's
 * {@code JAVA_OPTS} has options for the JVM of the service.
 */
public final class ServiceBenchmark {

    private static final int CLIENTS = 64;
    private static final Duration WINDOW = Duration.ofSeconds(5);
    private static final int WINDOWS = 8;
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final String OPTIONS = System.getenv().getOrDefault("JAVA_OPTS", "-Xmx512m");
    private static final Pattern ALLOCATED =
            Pattern.compile("(?m)^jvm_memory_pool_allocated_bytes_total[^\n]* (\\S+)$");

    private ServiceBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int port = FreePort.next();
        int adminPort = FreePort.next();
        Map<String, String> environment = Map.of(
                "NEON_DATABASE_URL", TestDatabase.migrated().url(),
                "ENV", "development",
                "PORT", Integer.toString(port),
                "ADMIN_PORT", Integer.toString(adminPort));
        System.out.printf(
                "%s %s on %d processors, %d clients, %d windows of %d s to get warm, %d s measured%n",
                Runtime.version(),
                OPTIONS,
                Runtime.getRuntime().availableProcessors(),
                CLIENTS,
                WINDOWS,
                WINDOW.toSeconds(),
                TIME.toSeconds());
        try (ServiceProcess service = ServiceProcess.run(
                        List.of(OPTIONS.split(" ")), environment, "server", "config.yml")
                .awaitHealthy()) {
            String created = service.post("/users", "{\"email\":\"%s@example.com\"}".formatted(UUID.randomUUID()))
                    .body();
            String user = new ObjectMapper().readTree(created).get("id").asText();
            byte[] get = HttpLoad.get("/users/" + user);
            measure("GET /users/{user_id}", service, adminPort, new HttpLoad(port, CLIENTS, 200, number -> get));
            measure(
                    "POST /complex-operation",
                    service,
                    adminPort,
                    new HttpLoad(
                            port,
                            CLIENTS,
                            201,
                            number -> HttpLoad.post(
                                    "/complex-operation",
                                    "{\"email\":\"load-%d@example.com\",\"quiz_data\":{\"a\":1}}".formatted(number))));
        }
        System.exit(0);
    }

    private static void measure(String what, ServiceProcess service, int adminPort, HttpLoad load) throws Exception {
        System.out.printf("%-24s while it gets warm, us of CPU:", what);
        for (int window = 0; window < WINDOWS; window++) {
            System.out.printf(" %d", microsOfCpu(service, load, WINDOW));
        }
        double allocated = allocated(adminPort);
        Duration cpu = service.cpu();
        long requests = load.run(TIME);
        Duration used = service.cpu().minus(cpu);
        System.out.printf(
                "%n%-24s %6d/s  %4d us of CPU  %4.0f KiB allocated%n",
                what,
                requests / TIME.toSeconds(),
                used.toNanos() / 1_000 / requests,
                (allocated(adminPort) - allocated) / 1_024 / requests);
    }

    /** For each request of so much time. */
    private static long microsOfCpu(ServiceProcess service, HttpLoad load, Duration time) {
        Duration cpu = service.cpu();
        long requests = load.run(time);
        return service.cpu().minus(cpu).toNanos() / 1_000 / requests;
    }

    /** As of the last garbage collection. */
    private static double allocated(int adminPort) throws IOException, InterruptedException {
        String metrics = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics/prometheus"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        return ALLOCATED
                .matcher(metrics)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .sum();
    }
}
