package com.ketomealplan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The packaged service as a process of its own, as an operator starts it. */
public final class ServiceProcess implements AutoCloseable {

    private static final Path JAR = Path.of("target", "keto-meal-plan-api.jar").toAbsolutePath();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final Path log;
    private final int port;

    private ServiceProcess(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Runs {@code java -jar keto-meal-plan-api.jar ARGUMENTS} with nothing else in its environment than given. */
    public static ServiceProcess run(Map<String, String> environment, String... arguments) throws IOException {
        return runWith(Map.of(), environment, arguments);
    }

    /** The same, by a JVM with these system properties. */
    public static ServiceProcess runWith(
            Map<String, String> properties, Map<String, String> environment, String... arguments) throws IOException {
        List<String> options =
                new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // half the work of a start
        properties.forEach((name, value) -> options.add("-D" + name + "=" + value));
        return run(options, environment, arguments);
    }

    /** The same, by a JVM with these options. */
    public static ServiceProcess run(List<String> options, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return start(Path.of("").toAbsolutePath(), command, environment);
    }

    /** The same, by a command that starts it from some directory. */
    public static ServiceProcess start(Path directory, List<String> command, Map<String, String> environment)
            throws IOException {
        Path log = Files.createTempFile(Path.of("target"), "service", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        List.of(
                        "NEON_DATABASE_URL",
                        "NEON_DATABASE_URL_FILE",
                        "PGPASSFILE",
                        "ENV",
                        "SERVERLESS",
                        "POOLING",
                        "POOL_KEEP",
                        "POOL_OVERFLOW",
                        "POOL_MAX_PER_REQUEST",
                        "INSTANCES",
                        "MIGRATE_AT_START",
                        "CONNECT_AT_START",
                        "HEALTH_MODE",
                        "PORT",
                        "ADMIN_PORT",
                        "ADMIN_HOST",
                        "ADMIN_TOKEN",
                        "ADMIN_HOSTS",
                        "CORS_ORIGINS",
                        "CORS_CREDENTIALS",
                        "DOCS",
                        "OTEL_EXPORTER_OTLP_ENDPOINT")
                .forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        int port = Integer.parseInt(environment.getOrDefault("PORT", "8080"));
        return new ServiceProcess(builder.start(), log, port);
    }

    public ServiceProcess awaitHealthy() {
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .failFast(() -> assertThat(process.isAlive()).as(this::output).isTrue())
                .until(() -> get("/health").statusCode() == 200);
        return this;
    }

    public HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        return send(
                (headers.length == 0 ? request : request.headers(headers)).GET().build());
    }

    public HttpResponse<String> post(String path, String json, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).header("Content-Type", "application/json");
        return send((headers.length == 0 ? request : request.headers(headers))
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    /** Of an address that need not be on the application's port. */
    public int status(String address) {
        return send(HttpRequest.newBuilder(URI.create(address)).GET().build()).statusCode();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What it has used of the processors since its start, by itself and for the kernel. */
    public Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Of the memory of the machine, what it has now; Linux. */
    public int residentMiB() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .map(line -> line.replaceAll("[^0-9]", ""))
                        .mapToInt(Integer::parseInt)
                        .findFirst()
                        .orElseThrow()
                / 1024;
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
    }

    public int awaitExit() {
        try {
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running; its output: " + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        terminate();
        awaitExit();
    }
}
