package com.ketomealplan.testing;

import com.ketomealplan.testing.TestAuthority.ServerCertificate;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/** A PostgreSQL that speaks TLS, on the loopback interface: of a test class's own, because it shows one certificate. */
public final class TlsPostgres implements AutoCloseable {

    private static final String USER = "postgres";

    /** Where the PostgreSQL of {@link TestDatabase} has its program, so that it is unpacked once. */
    private static final Path PROGRAM = Path.of("target", "test-postgres", "postgresql");

    private final EmbeddedPostgres server;
    private final String password;

    private TlsPostgres(EmbeddedPostgres server, String password) {
        this.server = server;
        this.password = password;
    }

    public static TlsPostgres start(ServerCertificate certificate) {
        String password = UUID.randomUUID().toString();
        try {
            Path directory = Files.createTempDirectory("tls-postgres");
            directory.toFile().deleteOnExit();
            Path passwordFile = temporary(directory, "password");
            Files.writeString(passwordFile, password);
            Redirect log = Redirect.appendTo(temporary(directory, "log").toFile());
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(directory.resolve("data"))
                    .setOverrideWorkingDirectory(PROGRAM.toFile())
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setOutputRedirector(log)
                    .setErrorRedirector(log)
                    // options of initdb, of which "locale" is only one; the last of two equal ones counts
                    .setLocaleConfig("auth", "scram-sha-256")
                    .setLocaleConfig("pwfile", passwordFile.toString())
                    .setLocaleConfig("locale", "C.UTF-8")
                    .setConnectConfig("password", password)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("ssl", "on")
                    .setServerConfig(
                            "ssl_cert_file", certificate.certificatePem().toString())
                    .setServerConfig("ssl_key_file", certificate.keyPem().toString())
                    .start();
            return new TlsPostgres(server, password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporary(Path directory, String name) throws IOException {
        Path file = Files.createTempFile(directory, name, "");
        file.toFile().deleteOnExit();
        return file;
    }

    public int port() {
        return server.getPort();
    }

    /**
     * As an operator would write it into {@code NEON_DATABASE_URL}.
     *
     * @param host {@code localhost} or {@code 127.0.0.1}, whichever the certificate is to be compared with
     * @param parameters such as {@code sslmode=verify-full&sslrootcert=/root.pem}
     */
    public String url(String host, String parameters) {
        return "postgresql://%1$s:%2$s@%3$s:%4$d/%1$s?%5$s".formatted(USER, password, host, port(), parameters);
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
