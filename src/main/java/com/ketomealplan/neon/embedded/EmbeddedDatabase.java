package com.ketomealplan.neon.embedded;

import com.ketomealplan.neon.url.Endpoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of the developer's own, shared by all processes that use the same directory: the first one starts it, others
 * join, and the last one to leave stops it. Each process holds a file lock, which the operating system releases when
 * a process is killed: the server then runs on, and the next process joins it.
 *
 * <p>In the directory: {@code data} (the cluster), {@code postgresql} (the unpacked program), {@code password},
 * {@code postgres.log}, and the two lock files.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final String LIBRARY = "io/zonky/test/db/postgres/embedded/EmbeddedPostgres.class";

    /** The databases by directory, with their users in this process: a file lock is held by the process. */
    private static final Map<Path, EmbeddedDatabase> JOINED = new HashMap<>();

    private final Path directory;
    private final Server server;
    private int users;
    private FileChannel presence;
    private Endpoint endpoint;

    private EmbeddedDatabase(Path directory, boolean durable) {
        this.directory = directory;
        this.server = new Server(directory, durable);
    }

    /** Returns whether the library that unpacks and starts it is on the class path. */
    public static boolean isAvailable() {
        return EmbeddedDatabase.class.getClassLoader().getResource(LIBRARY) != null;
    }

    /** Returns whether a directory has none yet, so that the next {@link #join} creates one. */
    public static boolean isNew(Path directory) {
        return new Server(directory, true).isNew();
    }

    /**
     * Starts the server of a directory, or joins it if it runs. Every call is to be paired with a {@link #close()}.
     *
     * @throws EmbeddedDatabaseException if it does not start
     */
    public static EmbeddedDatabase join(Path directory) {
        return join(directory, true);
    }

    /**
     * The same for tests: if it starts the server, that does not wait for the disk ({@code fsync} is off). If the machine fails, its data
     * may be lost.
     *
     * @throws EmbeddedDatabaseException if it does not start
     */
    public static EmbeddedDatabase joinForTests(Path directory) {
        return join(directory, false);
    }

    private static EmbeddedDatabase join(Path directory, boolean durable) {
        synchronized (JOINED) {
            Path key = directory.toAbsolutePath().normalize();
            EmbeddedDatabase database = JOINED.getOrDefault(key, new EmbeddedDatabase(key, durable));
            if (database.users == 0) {
                database.enter();
                JOINED.put(key, database);
            }
            database.users++;
            return database;
        }
    }

    /** Returns the endpoint of the server, on the loopback interface. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Leaves the server; the last user stops it. */
    @Override
    public void close() {
        synchronized (JOINED) {
            users--;
            if (users == 0) {
                JOINED.remove(directory);
                leave();
            }
        }
    }

    @SuppressWarnings("try") // a lock is held, not used
    private void enter() {
        try {
            Directories.createPrivate(directory);
            try (FileChannel door = open("door.lock");
                    FileLock onlyOne = door.lock()) {
                presence = open("users.lock");
                presence.lock(0, Long.MAX_VALUE, true); // shared, until it is closed or this process ends
                Optional<Integer> port = server.runningPort();
                endpoint = endpointAt(port.orElseGet(server::start));
                if (port.isPresent()) {
                    LOG.info("Embedded PostgreSQL joined on {}", endpoint.hosts());
                } else {
                    LOG.info("Embedded PostgreSQL started on {}, because no database URL is set", endpoint.hosts());
                }
                LOG.info(
                        "Embedded PostgreSQL keeps its data in {}. To use another database, set NEON_DATABASE_URL,"
                                + " for example to postgresql://user:password@host/database?sslmode=require",
                        directory.resolve(Server.DATA));
            }
        } catch (IOException | RuntimeException e) {
            Directories.closeQuietly(presence);
            throw e instanceof EmbeddedDatabaseException known ? known : explained(e);
        }
    }

    private EmbeddedDatabaseException explained(Exception failure) {
        return Directories.obstacle(directory, failure, Server.ROOM_TO_RUN)
                .or(server::lastWords)
                .map(problem -> new EmbeddedDatabaseException(directory, problem))
                .orElseGet(() -> new EmbeddedDatabaseException(
                        "The embedded PostgreSQL in " + directory + " cannot be started (" + failure.getMessage()
                                + "); its log is " + directory.resolve(Server.LOG_FILE),
                        failure));
    }

    @SuppressWarnings("try") // locks are held, not used
    private void leave() {
        try (FileChannel door = open("door.lock");
                FileLock onlyOne = door.lock()) {
            presence.close();
            try (FileChannel others = open("users.lock");
                    FileLock alone = others.tryLock()) {
                if (alone == null) {
                    LOG.info("Embedded PostgreSQL left running: another process uses it");
                } else {
                    server.stop();
                    LOG.info("Embedded PostgreSQL stopped");
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("Embedded PostgreSQL in {} could not be stopped; the next start joins it", directory, e);
        }
    }

    private FileChannel open(String lockFile) throws IOException {
        return FileChannel.open(
                directory.resolve(lockFile),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    private Endpoint endpointAt(int port) {
        try {
            String password =
                    Files.readString(directory.resolve(Server.PASSWORD)).strip();
            return Endpoint.parse("postgresql://" + Server.USER + ":" + password + "@127.0.0.1:" + port + "/"
                    + Server.USER + "?sslmode=disable");
        } catch (IOException e) {
            throw new EmbeddedDatabaseException(
                    "The embedded PostgreSQL's password is not in " + directory.resolve(Server.PASSWORD) + "; delete "
                            + directory + " to start over",
                    e);
        }
    }
}
