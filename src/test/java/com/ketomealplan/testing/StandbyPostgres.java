package com.ketomealplan.testing;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * A hot standby of a {@link RestartablePostgres}, with streaming replication. Among the embedded programs there is no
 * {@code pg_basebackup}: the base backup is taken by PostgreSQL's low-level API.
 */
public final class StandbyPostgres implements AutoCloseable {

    /** What a base backup leaves out; the log comes by streaming. The last one is a lock of the embedded server's. */
    private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts", "epg-lock");

    /** Directories that a base backup has empty. */
    private static final Set<String> LEFT_EMPTY = Set.of("pg_wal", "pg_replslot", "pg_stat_tmp", "pg_notify");

    private final Path directory = OwnDirectory.create("standby-postgres");
    private final Path data = directory.resolve("data");
    private final PgCtl pgCtl;
    private final Endpoint primary;
    private final int port;

    private StandbyPostgres(RestartablePostgres primary) throws IOException {
        this.pgCtl = PgCtl.besideServerOf(primary.data());
        this.primary = primary.endpoint();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
    }

    /** Copies the primary, which goes on meanwhile, and starts the copy; it then takes connections that read. */
    public static StandbyPostgres of(RestartablePostgres primary) {
        try {
            StandbyPostgres standby = new StandbyPostgres(primary);
            standby.copy(primary.data());
            standby.start();
            return standby;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void copy(Path original) throws IOException, SQLException {
        try (Connection connection = DriverManager.getConnection(primary.jdbcUrl(), primary.connectionProperties());
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('standby', fast => true)");
            Files.walkFileTree(original, new Copying(original));
            try (ResultSet backup =
                    statement.executeQuery("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)")) {
                backup.next();
                Files.writeString(data.resolve("backup_label"), backup.getString(1));
            }
        }
        Files.writeString(data.resolve("postgresql.auto.conf"), "primary_conninfo = '%s'%n".formatted(conninfo()));
        Files.createFile(data.resolve("standby.signal"));
    }

    private String conninfo() {
        String password = primary.password().map(Secret::reveal).orElseThrow();
        return "host=127.0.0.1 port=%d user=%s password=%s"
                .formatted(primary.hosts().get(0).port(), primary.user(), password);
    }

    private final class Copying extends SimpleFileVisitor<Path> {
        private final Path original;

        Copying(Path original) {
            this.original = original;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
            // With its attributes: PostgreSQL demands that the data are their owner's alone
            Files.copy(visited, copyOf(visited), StandardCopyOption.COPY_ATTRIBUTES);
            return LEFT_EMPTY.contains(visited.getFileName().toString())
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!LEFT_OUT.contains(file.getFileName().toString())) {
                try {
                    Files.copy(file, copyOf(file), StandardCopyOption.COPY_ATTRIBUTES);
                } catch (NoSuchFileException e) {
                    // the server has deleted it meanwhile, and its log says so
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        private Path copyOf(Path file) {
            return data.resolve(original.relativize(file));
        }
    }

    private void start() {
        String options = "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off".formatted(port);
        String log = directory.resolve("postgres.log").toString();
        pgCtl.run("start", "-D", data.toString(), "-l", log, "-w", "-t", "60", "-o", options);
    }

    /** Its database of the primary's user. */
    public Endpoint endpoint() {
        return Endpoint.parse("postgresql://%1$s:%2$s@127.0.0.1:%3$d/%1$s?sslmode=disable"
                .formatted(
                        primary.user(), primary.password().map(Secret::reveal).orElseThrow(), port));
    }

    /** {@code pg_ctl promote}: from now on it is a primary of its own, and writes. */
    public void promote() {
        pgCtl.run("promote", "-D", data.toString(), "-w", "-t", "60");
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        pgCtl.run("stop", "-D", data.toString(), "-m", "immediate", "-w", "-t", "60");
        OwnDirectory.delete(directory);
    }
}
