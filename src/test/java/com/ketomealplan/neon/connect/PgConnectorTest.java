package com.ketomealplan.neon.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.credentials.CredentialSelector;
import com.ketomealplan.neon.credentials.FileCredentials;
import com.ketomealplan.neon.credentials.PasswordFile;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.TestDatabase;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins whose password is not in the URL. */
class PgConnectorTest {

    /** Where the driver itself looks for a password file, before all other places. */
    private static final String DRIVERS_FILE = "org.postgresql.pgpassfile";

    @TempDir
    private Path directory;

    private final TestDatabase database = TestDatabase.empty();

    @AfterEach
    void leaveTheDriverAlone() {
        System.clearProperty(DRIVERS_FILE);
    }

    /** The driver would read it by itself. */
    @Test
    void aPasswordFileThatOthersMayReadIsNotUsedByTheDriverEither() throws Exception {
        Path file = Files.writeString(directory.resolve("pgpass"), "*:*:*:*:" + database.password());
        Endpoint endpoint = Endpoint.parse(database.url().replace(":" + database.password() + "@", "@"));
        System.setProperty(DRIVERS_FILE, file.toString());
        PgConnector connector = new PgConnector(
                endpoint,
                new CredentialSelector(
                        new FileCredentials(endpoint, Optional.empty(), PasswordFile.at(file.toString()))),
                Connectors.TIMEOUTS);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(connector::open).isInstanceOfSatisfying(SQLException.class, refused -> {
            Failure failure = Failure.toOpen(refused);
            assertThat(failure.kind()).isEqualTo(FailureKind.AUTHENTICATION);
            assertThat(failure.cause()).contains("PGPASSFILE").doesNotContain(database.password());
        });

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        connector.open().close();
    }

    /** libpq: connect_timeout "applies separately to each host name or IP address". So does the time limit of a reconnect probe. */
    @Test
    void eachHostHasTheWholeTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint =
                    Endpoint.parse(database.url().replace("@", "@127.0.0.1:" + silent.getLocalPort() + ","));
            PhaseTimeouts longer =
                    new PhaseTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

            Connectors.to(endpoint, longer)
                    .open(Duration.ofSeconds(5), phase -> {}) // as much as the first one takes
                    .close();
        }
    }

    /** The driver goes on to the next host, and its log-in is as good as any. */
    @Test
    void aHostThatDropsPacketsDoesNotSpoilTheNextOne() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<SocketChannel> queue = new ArrayList<>();
            for (int i = 0; i < 4; i++) { // from then on the kernel drops what connects
                SocketChannel waiting = SocketChannel.open();
                waiting.configureBlocking(false);
                waiting.connect(full.getLocalSocketAddress());
                queue.add(waiting);
            }
            Endpoint endpoint = Endpoint.parse(database.url().replace("@", "@127.0.0.1:" + full.getLocalPort() + ","));
            PhaseTimeouts timeouts =
                    new PhaseTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(30));

            Connectors.to(endpoint, timeouts).open().close();

            for (SocketChannel waiting : queue) {
                waiting.close();
            }
        }
    }
}
