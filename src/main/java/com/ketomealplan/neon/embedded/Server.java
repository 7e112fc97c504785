package com.ketomealplan.neon.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The server process of one directory. To be used by one thread of one process at a time. */
final class Server {

    static final String USER = "postgres";
    static final String DATA = "data";
    static final String PASSWORD = "password";
    static final String LOG_FILE = "postgres.log";

    private static final String PID_FILE = "postmaster.pid";

    /** A crashed cluster recovers before it listens. */
    private static final Duration START_WAIT = Duration.ofSeconds(60);

    /** For the program, 60 MiB, and a new cluster, 40 MiB with one WAL segment. */
    private static final long ROOM_TO_BEGIN = 128L << 20;

    /** One WAL segment. */
    static final long ROOM_TO_RUN = 16L << 20;

    private static final Duration STOP_WAIT = Duration.ofSeconds(60);

    /** Lines of postmaster.pid, by PostgreSQL's {@code miscadmin.h}. */
    private static final int PID_LINE = 0;

    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    private final Path directory;
    private final Path data;
    private final boolean durable;

    /** The length of the log file at the last start. */
    private long logBegun;

    /** Present if this process started the server: it then holds the library's lock on the data. */
    private EmbeddedPostgres started;

    /**
     * @param durable whether it waits for the disk
     */
    Server(Path directory, boolean durable) {
        this.directory = directory;
        this.durable = durable;
        this.data = directory.resolve(DATA);
    }

    /** Returns the port of the running server, if postmaster.pid names one and it accepts connections. */
    Optional<Integer> runningPort() {
        List<String> lines = lines(PID_FILE);
        if (lines.size() <= STATUS_LINE || !lines.get(STATUS_LINE).strip().equals("ready")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(lines.get(PORT_LINE).strip());
        return killed() || !listens(port) ? Optional.empty() : Optional.of(port);
    }

    /** Returns whether postmaster.pid names a process that has ended, or is a zombie. */
    private boolean killed() {
        List<String> lines = lines(PID_FILE);
        return !lines.isEmpty()
                && ProcessTable.isDead(Long.parseLong(lines.get(PID_LINE).strip()));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Cleans up after a killed server: its processes end when they notice, and in a container without an init process a zombie is
     * left, which PostgreSQL takes for a running server.
     */
    private void clearRemains() throws IOException {
        if (!killed()) {
            return;
        }
        long deadline = System.nanoTime() + START_WAIT.toNanos();
        while (ProcessTable.worksIn(data) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        if (!ProcessTable.worksIn(data)) {
            Files.deleteIfExists(data.resolve(PID_FILE));
        }
    }

    /** Starts the server, making the cluster first if there is none, and returns its port. */
    int start() {
        try {
            clearRemains();
            requireRoom(isNew() ? ROOM_TO_BEGIN : 1);
            Path password = directory.resolve(PASSWORD);
            if (isNew()) {
                Directories.writePrivate(password, randomPassword());
            }
            logBegun = directory.resolve(LOG_FILE).toFile().length();
            ProcessBuilder.Redirect log =
                    ProcessBuilder.Redirect.appendTo(directory.resolve(LOG_FILE).toFile());
            started = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(directory.resolve("postgresql").toFile())
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(START_WAIT)
                    .setOutputRedirector(log)
                    .setErrorRedirector(log)
                    // options of initdb, of which "locale" is only one; the last of two equal ones counts
                    .setLocaleConfig("auth", "scram-sha-256")
                    .setLocaleConfig("pwfile", password.toString())
                    .setLocaleConfig("locale", "C.UTF-8")
                    .setConnectConfig("password", Files.readString(password).strip())
                    // The library is made for tests and trades durability for speed: here a commit is a commit
                    .setServerConfig("fsync", durable ? "on" : "off")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("max_connections", "100")
                    .start();
            return started.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the last FATAL message of a server that has ended. */
    Optional<String> lastWords() {
        try (FileChannel log = FileChannel.open(directory.resolve(LOG_FILE))) {
            log.position(Math.min(logBegun, log.size()));
            return new BufferedReader(Channels.newReader(log, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> line.contains("FATAL:"))
                    .reduce((before, last) -> last)
                    .map(line -> "its log ends with:"
                            + line.substring(line.indexOf("FATAL:") + "FATAL:".length())
                                    .replaceFirst("^\\s+", " "));
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }

    boolean isNew() {
        return !Files.exists(data.resolve("PG_VERSION"));
    }

    /** The library finds a full disk once for each of a thousand files, and waits for a minute. */
    private void requireRoom(long bytes) {
        if (Directories.isFull(directory, bytes)) {
            throw new EmbeddedDatabaseException(
                    directory, "its disk is full: less than " + Math.max(1, bytes >> 20) + " MiB are left");
        }
    }

    /** Stops the server (fast shutdown). Does nothing if none runs. */
    void stop() throws IOException {
        if (started != null) {
            started.close(); // does not wait for a long checkpoint
            started = null;
            awaitEnd();
        }
        if (runningPort().isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL's programs refuse to run as root
        }
        command.addAll(List.of(program("pg_ctl"), "stop", "-D", data.toString(), "-m", "fast"));
        command.addAll(List.of("-w", "-t", Long.toString(STOP_WAIT.toSeconds())));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(LOG_FILE).toFile()))
                .start();
        try {
            if (!process.waitFor(STOP_WAIT.toSeconds() + 5, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("pg_ctl could not stop the server; see " + directory.resolve(LOG_FILE));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the server was stopping", e);
        }
    }

    private void awaitEnd() {
        long deadline = System.nanoTime() + STOP_WAIT.toNanos();
        while (!lines(PID_FILE).isEmpty() && !killed() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** Returns a program in the directory of the running server, which postmaster.opts names first. */
    private String program(String name) {
        String postgres = lines("postmaster.opts").get(0).split(" \"", 2)[0];
        Path sibling = Path.of(postgres).resolveSibling(name);
        return postgres.endsWith(".exe") ? sibling + ".exe" : sibling.toString();
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(data.resolve(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String randomPassword() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
