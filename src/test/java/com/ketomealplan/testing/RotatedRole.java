package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A role of a test's own, with the service's rights, whose password is changed, and the files that have it. */
public final class RotatedRole implements AutoCloseable {

    /** Begins every password, so that one can be looked for where none must be. */
    public static final String SECRET = "geheim";

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final TestDatabase database;
    private final Connection administration;
    private final String name;
    private String password = SECRET + NUMBER.incrementAndGet();

    private RotatedRole(TestDatabase database, String name, Connection administration) {
        this.database = database;
        this.name = name;
        this.administration = administration;
    }

    public static RotatedRole of(TestDatabase database) throws SQLException {
        String name = "%s_role_%d".formatted(database.endpoint().database(), NUMBER.incrementAndGet());
        RotatedRole role = new RotatedRole(database, name, database.connect());
        role.execute("SET scram_iterations = 16"); // a log-in is to cost no more than it must
        role.execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(name, role.password));
        role.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO " + name);
        return role;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = administration.createStatement()) {
            statement.execute(sql);
        }
    }

    public String name() {
        return name;
    }

    /** Thinks of another password, which nobody knows yet. */
    public void renew() {
        password = SECRET + NUMBER.incrementAndGet();
    }

    /** Tells the server. */
    public void alter() throws SQLException {
        execute("ALTER ROLE %s PASSWORD '%s'".formatted(name, password));
    }

    /** The server lets it log in, or not. */
    public void mayLogIn(boolean may) throws SQLException {
        execute("ALTER ROLE " + name + (may ? " LOGIN" : " NOLOGIN"));
    }

    /** How many sessions it has. */
    public int sessions() {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT count(*) FROM pg_stat_activity WHERE usename = :name")
                        .bind("name", name)
                        .mapTo(int.class)
                        .one());
    }

    /** Ends them, and does not wait for that. */
    public void killSessions() throws SQLException {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'".formatted(name));
    }

    /** The database's URL as this role, with the password of the moment. */
    public String url(String url) {
        return as(url, name + ":" + password);
    }

    /** The same without a password. */
    public String urlWithoutPassword(String url) {
        return as(url, name);
    }

    private String as(String url, String user) {
        return url.replace(database.endpoint().user() + ":" + database.password() + "@", user + "@");
    }

    /** Replaces a file by one with this role's URL, at once. */
    public void writeUrl(Path file, String url) {
        replace(file, url(url) + "\n");
    }

    /** Replaces a password file. */
    public void writePassword(Path file) {
        replace(file, "*:*:*:%s:%s\n".formatted(name, password));
    }

    private static void replace(Path file, String content) {
        try {
            Path next = Files.writeString(file.resolveSibling("next"), content);
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        administration.close();
    }
}
