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

/** The service that is trained, as a process of its own, whose JVM writes the draft of a cache at its end. */
final class Pupil {

    /** For what a JVM has to write; on a busy machine it takes most of a minute. */
    private static final int MINUTES_TO_WRITE = 10;

    private static final int LINES_SHOWN = 12;

    private final Cache cache;
    private final Process process;
    private final Path log;
    private final int applicationPort;
    private final int adminPort;
    private final String adminToken;

    private Pupil(Cache cache, Process process, Path log, int applicationPort, int adminPort, String adminToken) {
        this.cache = cache;
        this.process = process;
        this.log = log;
        this.applicationPort = applicationPort;
        this.adminPort = adminPort;
        this.adminToken = adminToken;
    }

    /** With the environment of this process, but for its database, its ports and what would send spans. */
    static Pupil start(Cache cache, String configuration, String databaseUrl) throws IOException {
        int applicationPort;
        int adminPort;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            applicationPort = one.getLocalPort();
            adminPort = other.getLocalPort();
        }
        String adminToken = UUID.randomUUID().toString();
        Path log = Files.createTempFile("training", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        cache.writing(),
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
        return new Pupil(cache, builder.start(), log, applicationPort, adminPort, adminToken);
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

    /** Throws if it has ended. */
    void requireAlive() throws TrainingException, IOException {
        if (!process.isAlive()) {
            throw new TrainingException("train: the service has ended, and said:" + lastWords());
        }
    }

    /** Tells it to stop, and waits until the JVM has written. */
    void stop() throws TrainingException, IOException, InterruptedException {
        requireAlive();
        process.destroy();
        if (!process.waitFor(MINUTES_TO_WRITE, TimeUnit.MINUTES)) {
            throw new TrainingException("train: the JVM has not ended within %d minutes; its last words:%s"
                    .formatted(MINUTES_TO_WRITE, lastWords()));
        }
        if (!Files.exists(cache.draft()) || Files.size(cache.draft()) == 0) {
            throw new TrainingException("train: the JVM has written no cache, and said:" + lastWords());
        }
    }

    /** Whatever has happened, it is not left behind. */
    void kill() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(log);
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()).stream()
                .map(line -> System.lineSeparator() + "  " + line)
                .reduce("", String::concat);
    }
}
