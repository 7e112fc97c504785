package com.ketomealplan.neon.url;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One URL, given to {@code psql} and to us: both log in as the same user to the same database, or neither does. */
@Needs(Program.PSQL)
class LibpqAgreementTest {

    private static final int URLS = Ring.times(20, 150);
    private static final String FAILED = "";

    private final TestDatabase database = TestDatabase.empty();

    @Test
    @Tag("campaign")
    @Tag("any-jdk")
    void bothLogInOrNeither() throws Exception {
        Random random = new Random(17);
        String role = "r_" + database.endpoint().database();
        database.jdbi().useHandle(handle -> handle.execute("CREATE ROLE " + role + " LOGIN"));
        int loggedIn = 0;
        for (int i = 0; i < URLS; i++) {
            String password = password(random);
            database.jdbi()
                    .useHandle(handle ->
                            handle.execute("ALTER ROLE " + role + " PASSWORD '" + password.replace("'", "''") + "'"));
            String url = "postgresql://%s:%s@%s/%s"
                    .formatted(
                            role,
                            written(password, random),
                            database.endpoint().hosts().get(0),
                            database.endpoint().database());

            String byPsql = psql(url);
            assertThat(ours(url)).as(url).isEqualTo(byPsql);
            loggedIn += byPsql.equals(FAILED) ? 0 : 1;
        }
        assertThat(loggedIn).isBetween(URLS / 4, URLS - 1);
    }

    private static String password(Random random) {
        StringBuilder password = new StringBuilder();
        for (int length = 1 + random.nextInt(8); length > 0; length--) {
            password.append((char) (' ' + 1 + random.nextInt('~' - ' ')));
        }
        return password.toString();
    }

    /** Each character as it is or percent-encoded, by chance; those that end a password mostly encoded. */
    private static String written(String password, Random random) {
        StringBuilder written = new StringBuilder();
        for (byte character : password.getBytes(StandardCharsets.UTF_8)) {
            boolean encoded = "@/%".indexOf(character) >= 0 ? random.nextInt(4) > 0 : random.nextBoolean();
            written.append(encoded ? "%%%02x".formatted(character) : String.valueOf((char) character));
        }
        return written.toString();
    }

    private static String psql(String url) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        "psql", "-XAtqw", "-c", "SELECT current_user || ' ' || current_database()", url)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("PGCONNECT_TIMEOUT", "5");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? output : FAILED;
    }

    private static String ours(String url) {
        try (PhysicalConnection opened = Connectors.to(Endpoint.parse(url)).open()) {
            Connection connection = opened.jdbc();
            return connection.getMetaData().getUserName() + " " + connection.getCatalog();
        } catch (SQLException | InvalidDatabaseUrlException e) {
            return FAILED;
        }
    }
}
