package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A PgBouncer in transaction mode before the PostgreSQL of the tests: what Neon puts behind its {@code -pooler} hosts. */
public final class PgBouncer implements AutoCloseable {

    private static final int CLIENTS = 1_000;

    /** Whom it becomes if root starts it, which it refuses to run as. */
    private static final String UNPRIVILEGED = "nobody";

    private final LoggedProcess process;
    private final int port;

    private PgBouncer(LoggedProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one and waits until it listens.
     *
     * @param database one of the databases of the server behind; all of them can be reached
     * @param serverConnections how many connections to a database it opens at most, however many clients there are
     */
    public static PgBouncer before(TestDatabase database, int serverConnections) {
        return before(database, serverConnections, "extra_float_digits");
    }

    /** The same, but one that looks like a server: it ignores the options of a session instead of refusing them. */
    public static PgBouncer ignoringOptions(TestDatabase database, int serverConnections) {
        return before(database, serverConnections, "extra_float_digits, options");
    }

    private static PgBouncer before(TestDatabase database, int serverConnections, String ignoredParameters) {
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
                    ignore_startup_parameters = %s
                    """.formatted(
                            database.endpoint().hosts().get(0).port(),
                            port,
                            users,
                            serverConnections,
                            CLIENTS,
                            ignoredParameters));
            List<String> command = new ArrayList<>();
            command.add(Program.PGBOUNCER.path().orElseThrow().toString());
            if (System.getProperty("user.name").equals("root")) {
                command.addAll(List.of("-u", UNPRIVILEGED));
                for (Path file : List.of(directory, users, settings)) {
                    giveAway(file);
                }
            }
            command.add(settings.toString());
            return new PgBouncer(LoggedProcess.start(command, log).awaitListening(port), port);
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

    public int port() {
        return port;
    }

    /** The database's URL, by way of this. */
    public String url(TestDatabase database) {
        String direct = "@" + database.endpoint().hosts().get(0) + "/";
        return database.url().replace(direct, "@127.0.0.1:" + port + "/");
    }

    public String output() {
        return process.output();
    }

    /** Ends it at once, with all connections. */
    @Override
    public void close() {
        process.close();
    }
}
