package com.ketomealplan.neon.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database for development. */
class EmbeddedDatabaseTest {

    /** Shared by all tests, because initdb takes longer than they do. */
    @TempDir
    static Path directory;

    @BeforeAll
    static void unpackPostgres() {
        TestDatabase.empty(); // the library does so once in a process
    }

    private static Jdbi jdbi(Endpoint endpoint) {
        return Jdbi.create(endpoint.jdbcUrl(), endpoint.connectionProperties());
    }

    @Test
    void isSharedUntilTheLastUserClosesItAndKeepsItsData() {
        EmbeddedDatabase first = EmbeddedDatabase.join(directory);
        EmbeddedDatabase second = EmbeddedDatabase.join(directory);
        assertThat(second.endpoint()).isEqualTo(first.endpoint());
        jdbi(first.endpoint()).useHandle(handle -> handle.execute("CREATE TABLE kept AS SELECT 42 AS answer"));

        first.close();
        assertThat(answer(second.endpoint())).isEqualTo(42);
        second.close();
        Endpoint gone = second.endpoint();
        assertThatThrownBy(() -> jdbi(gone).open()).hasRootCauseInstanceOf(java.net.ConnectException.class);

        EmbeddedDatabase again = EmbeddedDatabase.join(directory);
        assertThat(answer(again.endpoint())).isEqualTo(42);
        again.close();
    }

    private static int answer(Endpoint endpoint) {
        return jdbi(endpoint).withHandle(handle -> handle.createQuery("SELECT answer FROM kept")
                .mapTo(int.class)
                .one());
    }

    @Test
    void isDurableAndHasAPasswordThatOnlyItsOwnerMayRead() throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.join(directory);
        try {
            for (Map.Entry<String, String> setting : Map.of(
                            "fsync", "on",
                            "full_page_writes", "on",
                            "synchronous_commit", "on",
                            "listen_addresses", "127.0.0.1",
                            "server_encoding", "UTF8")
                    .entrySet()) {
                assertThat(jdbi(database.endpoint()).<String, RuntimeException>withHandle(handle -> handle.createQuery(
                                        "SHOW " + setting.getKey())
                                .mapTo(String.class)
                                .one()))
                        .isEqualTo(setting.getValue());
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("password"))))
                    .isEqualTo("rw-------");
            Endpoint guessed = Endpoint.parse("postgresql://postgres:guessed@"
                    + database.endpoint().hosts().get(0) + "/postgres");
            assertThatThrownBy(() -> jdbi(guessed).open())
                    .cause()
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        } finally {
            database.close();
        }
    }
}
