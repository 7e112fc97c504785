package com.ketomealplan.neon.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.testing.LoggedLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials in files that are replaced, deleted or unusable. */
class FileCredentialsTest {

    private static final String URL = "postgresql://app:geheim1@db.example.com/shop?sslmode=require";

    @TempDir
    private Path directory;

    private Path file;
    private LoggedLines log;

    @BeforeEach
    void captureLog() {
        file = directory.resolve("url");
        log = LoggedLines.of(FileCredentials.class);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private static Credentials of(String user, String password) {
        return new Credentials(user, Optional.of(new Secret(password)));
    }

    private FileCredentials fromUrlFile() throws Exception {
        UrlFile urlFile = new UrlFile(file.toString());
        return new FileCredentials(urlFile.read(), Optional.of(urlFile), noPasswordFile());
    }

    private PasswordFile noPasswordFile() {
        return PasswordFile.standard(Map.of("HOME", directory.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "%s\n", "\r\n  %s  \r\n\r\n", "\uFEFF%s"})
    void whitespaceAroundAUrlIsIgnored(String format) throws Exception {
        Files.writeString(file, format.formatted(URL));

        assertThat(fromUrlFile().current()).isEqualTo(of("app", "geheim1"));
    }

    @Test
    void aFileThatIsReplacedIsReadAgain() throws Exception {
        Files.writeString(file, URL);
        FileCredentials credentials = fromUrlFile();
        assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));

        Files.writeString(file, URL.replace("app:geheim1", "b:geheim2"));

        assertThat(credentials.current()).isEqualTo(of("b", "geheim2"));
        assertThat(credentials.mayChange()).isTrue();
        assertThat(log.all()).isEmpty();
    }

    /** {@code url -> ..data/url}, {@code ..data -> ..one}: the second link is replaced. */
    @Test
    void aSecretThatKubernetesReplacesIsReadAgain() throws Exception {
        for (String version : new String[] {"1", "2"}) {
            Path data = Files.createDirectory(directory.resolve("..version" + version));
            Files.writeString(data.resolve("url"), URL.replace("geheim1", "geheim" + version));
        }
        Path link = directory.resolve("..data");
        Files.createSymbolicLink(link, Path.of("..version1"));
        Files.createSymbolicLink(file, Path.of("..data", "url"));
        FileCredentials credentials = fromUrlFile();
        assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));

        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..version2"));
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);

        assertThat(credentials.current()).isEqualTo(of("app", "geheim2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | is empty",
                "` \n` | is empty",
                "geheim | must begin with postgresql://",
                "postgresql://app:geheim | names no user",
                "postgresql://app:geheim@db.example.com/shop?sslmode=disable | asks for sslmode=disable"
            })
    void anUnusableUrlIsReportedWithoutTheSecret(String content, String problem) throws IOException {
        Files.writeString(file, content);

        assertUnusable(file.toString(), problem);
    }

    @Test
    void anUnusableFileIsReportedWithoutItsPath() throws IOException {
        assertUnusable(file.toString(), "does not exist");
        assertUnusable(directory.toString(), "a directory");
        assertUnusable(file.resolve("below").toString(), "does not exist");
        assertUnusable("/dev/zero", "no regular file");
        assertUnusable(URL, "is a URL");
        assertUnusable("geheim\0", "is no path");
        Files.write(file, new byte[] {'p', (byte) 0xC3});
        assertUnusable(file.toString(), "UTF-8");
        Files.write(file, new byte[70_000]);
        assertUnusable(file.toString(), "larger than 64 KiB");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("nowhere"));
        assertUnusable(file.toString(), "does not exist");
    }

    private void assertUnusable(String name, String problem) {
        UnusableFileException unusable =
                catchThrowableOfType(UnusableFileException.class, () -> new UrlFile(name).read());

        assertThat(unusable.getMessage())
                .contains(problem)
                .doesNotContain("geheim")
                .doesNotContain(directory.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "postgresql://app:gehe",
                "postgresql://app:geheim2@db.exam",
                "postgresql://app:geheim2@db.example.com/sho",
                "postgresql://app:geheim2@db.example.com/shop?sslmo",
                "postgresql://app:geheim2@db.example.com/shop?sslmode=verify-full",
                "postgresql://app:geheim2@db.example.com:5433/shop?sslmode=require",
                "postgresql://app:geheim2@db.example.com/other?sslmode=require"
            })
    void aHalfWrittenOrDifferentUrlChangesNothingAndIsLoggedOnce(String content) throws Exception {
        Files.writeString(file, URL);
        FileCredentials credentials = fromUrlFile();
        Files.writeString(file, content);

        for (int i = 0; i < 3; i++) {
            assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));
        }
        assertThat(log.all())
                .singleElement()
                .asString()
                .startsWith("urlFile names a file ")
                .endsWith("log-ins keep the previous user and password")
                .doesNotContain("geheim")
                .doesNotContain("example.com");

        Files.writeString(file, URL.replace("geheim1", "geheim3"));
        assertThat(credentials.current()).isEqualTo(of("app", "geheim3"));
        assertThat(log.all()).hasSize(2).last().asString().isEqualTo("urlFile names a usable file again");
    }

    @Test
    void anotherHostNeedsARestart() throws Exception {
        Files.writeString(file, URL);
        FileCredentials credentials = fromUrlFile();
        Files.writeString(file, URL.replace("db.", "db2."));

        assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));

        assertThat(log.all())
                .containsExactly("urlFile names a file whose URL now has another host or port than at the start of the"
                        + " service: restart it for that; log-ins keep the previous user and password");
    }

    @Test
    void theCredentialsOfADeletedFileAreKept() throws Exception {
        Files.writeString(file, URL);
        FileCredentials credentials = fromUrlFile();
        Files.delete(file);

        assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));
        assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));
        assertThat(log.all()).singleElement().asString().contains("does not exist");
    }

    @Test
    void aUrlWithoutAPasswordHasThatOfThePasswordFile() throws Exception {
        Path passwords = Files.writeString(directory.resolve("pgpass"), "*:*:shop:app:geheim1\n");
        Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));
        FileCredentials credentials = new FileCredentials(
                Endpoint.parse("postgresql://app@db.example.com/shop"),
                Optional.empty(),
                PasswordFile.at(passwords.toString()));
        assertThat(credentials.current()).isEqualTo(of("app", "geheim1"));

        Files.writeString(passwords, "*:*:shop:app:geheim2\n");
        assertThat(credentials.current()).isEqualTo(of("app", "geheim2"));
        assertThat(log.all()).isEmpty();

        Files.writeString(passwords, "*:*:shop:other:geheim3\n");
        assertThat(credentials.current()).isEqualTo(of("app", "geheim2"));
        Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(credentials.current()).isEqualTo(of("app", "geheim2"));
        assertThat(log.all()).hasSize(2).allMatch(line -> line.startsWith("passwordFile names a file that "));
    }

    @Test
    void thePasswordIsEmptyIfNeitherTheUrlNorAFileHasOne() {
        FileCredentials credentials = new FileCredentials(
                Endpoint.parse("postgresql://app:@db.example.com/shop"), Optional.empty(), noPasswordFile());

        assertThat(credentials.current()).isEqualTo(new Credentials("app", Optional.empty()));
        assertThat(log.all()).isEmpty();
    }
}
