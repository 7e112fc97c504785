package com.ketomealplan.training;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The process of the service that is trained. Its JVM writes the draft of a cache when it exits. */
final class TrainedProcess {

    /** How long the JVM may take to write the cache: on a busy machine most of a minute. */
    private static final int EXIT_TIMEOUT_MINUTES = 10;

    private static final int LOG_LINES = 12;

    /** The exit value after SIGKILL, such as of a system without memory: a cache may be written in part. */
    private static final int KILLED = 128 + 9;

    private final Cache cache;
    private final Process process;
    private final Path log;
    private final int applicationPort;
    private final int adminPort;
    private final String adminToken;

    private TrainedProcess(
            Cache cache, Process process, Path log, int applicationPort, int adminPort, String adminToken) {
        this.cache = cache;
        this.process = process;
        this.log = log;
        this.applicationPort = applicationPort;
        this.adminPort = adminPort;
        this.adminToken = adminToken;
    }

    /** Starts the service with the environment of this process, except for its database, its ports and the exporter of spans. */
    static TrainedProcess start(Cache cache, String configuration, String databaseUrl) throws IOException {
        int applicationPort;
        int adminPort;
        try (ServerSocket application = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket admin = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            applicationPort = application.getLocalPort();
            adminPort = admin.getLocalPort();
        }
        String adminToken = UUID.randomUUID().toString();
        Path log = Files.createTempFile("training", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        cache.option(),
                        "-Ddw.tracingEndpoint=", // also one that the file names itself
                        "-jar",
                        cache.jar().toString(),
                        "server",
                        configuration)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = builder.environment();
        List.of("NEON_DATABASE_URL_FILE", "OTEL_EXPORTER_OTLP_ENDPOINT").forEach(environment::remove);
        environment.putAll(Map.of(
                "NEON_DATABASE_URL",
                databaseUrl,
                "MIGRATE_AT_START",
                "true",
                "PORT",
                Integer.toString(applicationPort),
                "ADMIN_PORT",
                Integer.toString(adminPort),
                "ADMIN_HOST",
                "127.0.0.1",
                "ADMIN_TOKEN",
                adminToken));
        return new TrainedProcess(cache, builder.start(), log, applicationPort, adminPort, adminToken);
    }

    int applicationPort() {
        return applicationPort;
    }

    int adminPort() {
        return adminPort;
    }

    String adminToken() {
        return adminToken;
    }

    /** Throws if the process has exited. */
    void requireAlive() throws TrainingException, IOException {
        if (!process.isAlive()) {
            throw new TrainingException("train: the service has exited. Its last lines:" + endOfLog());
        }
    }

    /** Stops the process, and waits until its JVM has written the cache. */
    void stop() throws TrainingException, IOException, InterruptedException {
        requireAlive();
        process.destroy();
        if (!process.waitFor(EXIT_TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
            throw new TrainingException("train: the JVM has not exited within %d minutes. Its last lines:%s"
                    .formatted(EXIT_TIMEOUT_MINUTES, endOfLog()));
        }
        if (process.exitValue() == KILLED) {
            throw new TrainingException("train: the JVM was killed. Its last lines:" + endOfLog());
        }
        if (!Files.exists(cache.draft()) || Files.size(cache.draft()) == 0) {
            throw new TrainingException("train: the JVM has written no cache. Its last lines:" + endOfLog());
        }
    }

    /** Kills the process if it is still running, and deletes its log. */
    void kill() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(log);
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()).stream()
                .map(line -> System.lineSeparator() + "  " + line)
                .reduce("", String::concat);
    }
}
