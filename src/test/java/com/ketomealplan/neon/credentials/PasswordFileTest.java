package com.ketomealplan.neon.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** libpq's password file. */
class PasswordFileTest {

    private static final Endpoint ENDPOINT = Endpoint.parse("postgresql://app@db.example.com:5433/shop");

    @TempDir
    private Path directory;

    private Path write(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("pgpass"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private Optional<String> find(String content, String url) throws Exception {
        return PasswordFile.at(write(content).toString())
                .passwordFor(Endpoint.parse(url))
                .map(Secret::reveal);
    }

    private Optional<String> find(String content) throws Exception {
        return find(content, "postgresql://app@db.example.com:5433/shop");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "db.example.com:5433:shop:app:geheim | geheim",
                "DB.example.com:5433:shop:app:geheim | geheim",
                "*:*:*:*:geheim | geheim",
                "db.example.com:*:shop:app:geheim | geheim",
                "db.example.com:5433:shop:app:ge\\:he\\\\im | ge:he\\im",
                "db.example.com:5433:shop:app:\\g\\e | ge",
                "db.example.com:5433:sh\\op:app:geheim | geheim",
                "db.example.com:5433:shop:app:geheim:rest | geheim",
                "db.example.com:5433:shop:app:geheim\\ | geheim\\",
                "db.example.com:5432:shop:app:geheim |",
                "db.example.com:5433:sho:app:geheim |",
                "db.example.com:5433:shop:ap*:geheim |",
                "db.example.com:5433:shop:App:geheim |",
                "db.example.com:5433:shop:app |",
                "db.example.com:5433:shop:app: |",
                "#db.example.com:5433:shop:app:geheim |",
                "`` |",
                ":::: |",
                "* |",
                "\\ |"
            })
    void theFieldsOfALineAreMatchedAndUnescaped(String line, String password) throws Exception {
        assertThat(find(line == null ? "" : line)).isEqualTo(Optional.ofNullable(password));
    }

    @Test
    void theFirstMatchingLineIsUsed() throws Exception {
        assertThat(find("# mine\r\nother:*:*:*:no\r\n\r\n*:*:*:app:first\r\n*:*:*:*:second\r\n"))
                .contains("first");
    }

    @Test
    void anIpv6AddressIsWrittenWithoutBracketsAndWithEscapedColons() throws Exception {
        assertThat(find("\\:\\:1:*:*:*:geheim", "postgresql://app@[::1]/shop")).contains("geheim");
    }

    @Test
    void severalHostsNeedTheSamePassword() throws Exception {
        String url = "postgresql://app@a.example.com,b.example.com/shop";
        assertThat(find("*:*:*:app:geheim", url)).contains("geheim");
        assertThatThrownBy(() -> find("a.example.com:*:*:*:geheim1\nb.example.com:*:*:*:geheim2", url))
                .hasMessageContaining("different passwords")
                .hasMessageNotContaining("geheim");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw------x"})
    void aFileThatOthersMayAccessIsNotUsed(String permissions) throws Exception {
        Path file = write("*:*:*:*:geheim");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> PasswordFile.at(file.toString()).passwordFor(ENDPOINT))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("0600")
                .hasMessageNotContaining(directory.toString());
    }

    @Test
    void onlyTheStandardFileMayBeMissing() throws Exception {
        Map<String, String> home = Map.of("HOME", directory.toString());
        assertThat(PasswordFile.standard(home).passwordFor(ENDPOINT)).isEmpty();

        Path file = Files.move(write("*:*:*:*:geheim"), directory.resolve(".pgpass"));
        assertThat(PasswordFile.standard(home).passwordFor(ENDPOINT)).contains(new Secret("geheim"));

        Map<String, String> named = Map.of("HOME", directory.toString(), "PGPASSFILE", file + "-not");
        assertThatThrownBy(() -> PasswordFile.standard(named).passwordFor(ENDPOINT))
                .hasMessageContaining("does not exist");
    }

    /** psql logs in if, and only if, the right password is found in the same file here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HOST:PORT:DATABASE:USER:PASSWORD",
                "*:*:*:*:PASSWORD",
                "#*:*:*:*:PASSWORD",
                "HOST:PORT:DATABASE:USER:PASSWORD:more",
                "\\HOST:PORT:DATABASE:USER:\\PASSWORD",
                "HOST:PORT:DATABASE:USER:wrong\n*:*:*:*:PASSWORD",
                "HOST:PORT:DATABASE:other:wrong\r\n*:*:*:*:PASSWORD\r\n",
                "HOST:PORT:DATABASE:USER:\n*:*:*:*:PASSWORD",
                "HOST:PORT:DATA*:USER:PASSWORD",
                " *:*:*:*:PASSWORD",
                "*:*:*:*:PASSWORD "
            })
    @Needs(Program.PSQL)
    void psqlReadsTheFileTheSame(String content) throws Exception {
        TestDatabase database = TestDatabase.empty();
        Endpoint endpoint = database.endpoint();
        String host = endpoint.hosts().get(0).host();
        String port = String.valueOf(endpoint.hosts().get(0).port());
        Path file = write(content.replace("HOST", host)
                .replace("PORT", port)
                .replace("DATABASE", endpoint.database())
                .replace("USER", endpoint.user())
                .replace("PASSWORD", database.password()));
        String url = "postgresql://%s@%s:%s/%s".formatted(endpoint.user(), host, port, endpoint.database());

        boolean ours = PasswordFile.at(file.toString())
                .passwordFor(Endpoint.parse(url))
                .filter(found -> found.reveal().equals(database.password()))
                .isPresent();

        assertThat(ours).isEqualTo(psqlLogsIn(url, file));
    }

    private static boolean psqlLogsIn(String url, Path file) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(Program.PSQL.path().orElseThrow().toString(), "-w", "-X", "-c", "SELECT 1", url);
        builder.environment().put("PGPASSFILE", file.toString());
        builder.environment().remove("PGPASSWORD");
        Process psql = builder.redirectErrorStream(true).start();
        String output = new String(psql.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output).containsAnyOf("1 row", "password");
        return psql.waitFor() == 0;
    }
}
