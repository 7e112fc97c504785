package com.ketomealplan.testing;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.migration.MigrationDataSource;
import com.ketomealplan.neon.migration.Migrations;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jdbi.v3.core.Jdbi;

/**
 * A database of a test class's own, on the PostgreSQL that all tests of a run share. That one is started at the first use
 * and stopped with the JVM.
 */
public final class TestDatabase {

    /** Those who look from outside: the last one may still be leaving while the next one counts. */
    private static final String OBSERVER = "observer";

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Endpoint endpoint;

    private TestDatabase(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** An empty database. */
    public static TestDatabase empty() {
        return empty(Server.SHARED.endpoint());
    }

    private static TestDatabase empty(Endpoint server) {
        return named(nextName(), "", server);
    }

    private static String nextName() {
        return "test_%d_%d".formatted(ProcessHandle.current().pid(), NUMBER.incrementAndGet());
    }

    private static TestDatabase named(String name, String options, Endpoint server) {
        TestDatabase administration = new TestDatabase(server);
        administration.jdbi().useHandle(handle -> handle.execute("CREATE DATABASE " + name + options));
        return new TestDatabase(Endpoint.parse(urlOf(server, name)));
    }

    /** A database with the service's tables: a copy, which is a fraction of the work of the migrations. */
    public static TestDatabase migrated() {
        return named(nextName(), " TEMPLATE " + Template.NAME, Server.SHARED.endpoint());
    }

    /** The same, on a server of the test's own. */
    public static TestDatabase migrated(Endpoint server) {
        return empty(server).migrate();
    }

    private TestDatabase migrate() {
        try {
            Migrations.apply(new MigrationDataSource(connector(), Duration.ofSeconds(30), () -> {}), "migrations.xml");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** Opens connections as the service does. */
    public Connector connector() {
        return Connectors.to(endpoint);
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** As an operator would write it into {@code NEON_DATABASE_URL}. */
    public String url() {
        return urlOf(endpoint, endpoint.database());
    }

    private static String urlOf(Endpoint endpoint, String database) {
        String password = endpoint.password().map(Secret::reveal).orElseThrow();
        return "postgresql://%s:%s@%s/%s"
                .formatted(endpoint.user(), password, endpoint.hosts().get(0), database);
    }

    public String password() {
        return endpoint.password().map(Secret::reveal).orElseThrow();
    }

    /** What the server checks the password with. */
    String passwordSecret() {
        return jdbi().withHandle(
                        handle -> handle.createQuery("SELECT rolpassword FROM pg_authid WHERE rolname = current_user")
                                .mapTo(String.class)
                                .one());
    }

    /** A connection past all pools, for looking at the database from outside. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.putAll(endpoint.connectionProperties());
        properties.setProperty("ApplicationName", OBSERVER);
        return DriverManager.getConnection(endpoint.jdbcUrl(), properties);
    }

    public Jdbi jdbi() {
        return Jdbi.create(this::connect);
    }

    public int count(String table) {
        return jdbi().withHandle(handle -> handle.createQuery("SELECT count(*) FROM " + table)
                .mapTo(int.class)
                .one());
    }

    /** How many statements wait for a lock, in this database. */
    public int lockWaiters() {
        return jdbi().withHandle(handle -> handle.createQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .mapTo(int.class)
                .one());
    }

    /** How many sessions PostgreSQL sees on this database, without those of {@link #connect}. */
    public int sessions() {
        return sessionIds().size();
    }

    /** The process ids of the other sessions on this database. */
    public List<Integer> sessionIds() {
        return jdbi().withHandle(
                        handle -> handle.createQuery("""
                        SELECT pid FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name <> 'observer' AND backend_type = 'client backend'
                        """).mapTo(int.class).list());
    }

    /** Ends the other sessions on this database, as a restart of the server does. */
    public void terminateSessions() {
        jdbi().useHandle(handle -> handle.createQuery("""
                        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name <> 'observer' AND backend_type = 'client backend'
                        """).mapTo(boolean.class).list());
    }

    /** Sends the end to the other sessions on this database and does not wait for it; returns how many there were. */
    public int killSessions() {
        return jdbi().withHandle(
                        handle -> handle.createQuery("""
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name <> 'observer' AND backend_type = 'client backend'
                        """).mapTo(boolean.class).list())
                .size();
    }

    /**
     * Thousands of log-ins of a test run are to cost the tests' machine less than what they are about. Only once for the server: two JVMs
     * must not update the same row at the same time, and a new salt would invalidate the copy of the secret that a pooler of another
     * JVM's has.
     */
    private static void ease(Endpoint server) {
        TestDatabase administration = new TestDatabase(server);
        administration.jdbi().useHandle(handle -> {
            // One of its own accord makes the outcome of a COMMIT unknown that a test loses at that moment
            handle.execute("ALTER SYSTEM SET checkpoint_timeout = '1d'");
            handle.execute("SELECT pg_reload_conf()");
        });
        administration.jdbi().useTransaction(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(hashtext('ease'))");
            boolean eased = handle.createQuery(
                            "SELECT rolpassword LIKE 'SCRAM-SHA-256$16:%' FROM pg_authid WHERE rolname = current_user")
                    .mapTo(boolean.class)
                    .one();
            if (!eased) {
                handle.execute("SET LOCAL scram_iterations = 16; ALTER ROLE %s PASSWORD '%s'"
                        .formatted(server.user(), administration.password()));
            }
        });
    }

    /** What {@link #migrated()} copies, made by the first JVM that needs it. Nobody else may be connected to it. */
    private static final class Template {

        /** With other migrations it is another one. */
        static final String NAME = "migrated_" + checksum(Path.of("src", "main", "resources"));

        static {
            Endpoint server = Server.SHARED.endpoint();
            new TestDatabase(server).jdbi().useHandle(handle -> {
                handle.execute("SELECT pg_advisory_lock(hashtext('template'))");
                boolean made = handle.createQuery("SELECT count(*) > 0 FROM pg_database WHERE datname = :name")
                        .bind("name", NAME)
                        .mapTo(boolean.class)
                        .one();
                if (!made) {
                    handle.execute("DROP DATABASE IF EXISTS draft"); // of a JVM that was ended here
                    named("draft", "", server).migrate();
                    handle.execute("ALTER DATABASE draft RENAME TO " + NAME);
                }
            });
        }

        private static String checksum(Path resources) {
            CRC32 checksum = new CRC32();
            try (Stream<Path> files = Files.walk(resources.resolve("migrations"))) {
                for (Path file : Stream.concat(
                                Stream.of(resources.resolve("migrations.xml")),
                                files.filter(Files::isRegularFile).sorted())
                        .toList()) {
                    checksum.update(Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Long.toHexString(checksum.getValue());
        }
    }

    /** No test ends it by force, so nothing of it has to wait for the disk. */
    private static final class Server {
        static final EmbeddedDatabase SHARED = EmbeddedDatabase.joinForTests(Path.of("target", "test-postgres"));

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SHARED::close));
            ease(SHARED.endpoint());
        }
    }
}
