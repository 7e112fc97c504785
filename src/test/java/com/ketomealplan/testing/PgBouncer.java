package com.ketomealplan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A PgBouncer in transaction mode before the PostgreSQL of the tests: what Neon puts behind its {@code -pooler} hosts. */
public final class PgBouncer implements AutoCloseable {

    private static final int CLIENTS = 1_000;

    /** Whom it becomes if root starts it, which it refuses to run as. */
    private static final String UNPRIVILEGED = "nobody";

    private final Process process;
    private final Path log;
    private final int port;

    private PgBouncer(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * Starts one and waits until it listens.
     *
     * @param database one of the databases of the server behind; all of them can be reached
     * @param serverConnections how many connections to a database it opens at most, however many clients there are
     */
    public static PgBouncer before(TestDatabase database, int serverConnections) {
        try {
            int port = FreePort.next();
            Path directory = Files.createTempDirectory("pgbouncer");
            directory.toFile().deleteOnExit();
            Path log = write(directory, "log", "");
            // The server's own secret: with another one it could not log in to the server as its client did
            Path users = write(
                    directory,
                    "userlist.txt",
                    "\"%s\" \"%s\"%n".formatted(database.endpoint().user(), database.passwordSecret()));
            Path settings = write(directory, "pgbouncer.ini", """
                    [databases]
                    * = host=127.0.0.1 port=%d
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = %d
                    unix_socket_dir =
                    auth_type = scram-sha-256
                    auth_file = %s
                    pool_mode = transaction
                    default_pool_size = %d
                    max_client_conn = %d
                    ignore_startup_parameters = extra_float_digits
                    """.formatted(
                            database.endpoint().hosts().get(0).port(), port, users, serverConnections, CLIENTS));
            List<String> command = new ArrayList<>();
            command.add(Program.PGBOUNCER.path().orElseThrow().toString());
            if (System.getProperty("user.name").equals("root")) {
                command.addAll(List.of("-u", UNPRIVILEGED));
                for (Path file : List.of(directory, users, settings)) {
                    giveAway(file);
                }
            }
            command.add(settings.toString());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new PgBouncer(process, log, port).awaitListening();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path write(Path directory, String name, String content) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        file.toFile().deleteOnExit();
        return file;
    }

    private static void giveAway(Path file) throws IOException {
        Files.setOwner(
                file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(UNPRIVILEGED));
    }

    private PgBouncer awaitListening() {
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptions()
                    .failFast(
                            () -> assertThat(process.isAlive()).as(this::output).isTrue())
                    .until(() -> {
                        new Socket(InetAddress.getLoopbackAddress(), port).close();
                        return true;
                    });
            return this;
        } catch (RuntimeException | Error e) {
            close(); // nobody else can: the caller gets none
            throw e;
        }
    }

    public int port() {
        return port;
    }

    /** The database's URL, by way of this. */
    public String url(TestDatabase database) {
        String direct = "@" + database.endpoint().hosts().get(0) + "/";
        return database.url().replace(direct, "@127.0.0.1:" + port + "/");
    }

    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it at once, with all connections. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running; its output: " + output());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
