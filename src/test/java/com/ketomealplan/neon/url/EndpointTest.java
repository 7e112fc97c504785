package com.ketomealplan.neon.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** How a connection URL is read: hosts, credentials, TLS, parameters, and what is refused. */
class EndpointTest {

    private static final String NEON =
            "postgresql://alex:AbC123dEf@ep-cool-darkness-123456.us-east-2.aws.neon.tech/dbname?sslmode=require&channel_binding=require";

    /** A final dot only says that no search domain is to be tried. */
    @Test
    void aHostOfNeonMayEndInADot() {
        Endpoint endpoint = Endpoint.parse("postgresql://u:p@ep-a.eu-central-1.aws.neon.tech./db");

        assertThat(endpoint.isNeon()).isTrue();
        assertThat(endpoint.jdbcUrl()).isEqualTo("jdbc:postgresql://ep-a.eu-central-1.aws.neon.tech:5432/db");
        assertThat(endpoint.connectionProperties()).containsEntry("sslmode", "verify-full");
    }

    @Test
    void acceptsTheUrlOfTheNeonConsole() {
        Endpoint endpoint = Endpoint.parse(NEON);

        assertThat(endpoint.jdbcUrl())
                .isEqualTo("jdbc:postgresql://ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432/dbname");
        assertThat(endpoint.user()).isEqualTo("alex");
        assertThat(endpoint.password()).contains(new Secret("AbC123dEf"));
        assertThat(endpoint.driverProperties())
                .containsEntry("sslmode", "verify-full")
                .containsEntry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory")
                .containsEntry("channelBinding", "require");
    }

    @Test
    void isStricterOnNeonThanTheUrlAsks() {
        String host = "postgresql://u:p@ep-a-b-1.eu-central-1.aws.neon.tech/db";

        assertThat(Endpoint.parse(host).driverProperties())
                .containsAllEntriesOf(Map.of(
                        "sslmode", "verify-full",
                        "channelBinding", "require",
                        "requireAuth", "scram-sha-256",
                        "gssEncMode", "disable",
                        "assumeMinServerVersion", "14",
                        "tcpKeepAlive", "true"))
                .allSatisfy((name, value) ->
                        assertThat(PGProperty.forName(name)).as(name).isNotNull());
        assertThat(Endpoint.parse(host + "?channel_binding=disable&sslmode=require")
                        .driverProperties())
                .containsEntry("channelBinding", "disable")
                .containsEntry("sslmode", "verify-full");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:p@localhost:5433/db",
                "postgres://u:p@localhost:5433/db",
                "postgresql+asyncpg://u:p@localhost:5433/db",
                "jdbc:postgresql://localhost:5433/db?user=u&password=p",
                "jdbc:postgresql://u:p@localhost:5433/db",
                "  postgresql://u:p@localhost:5433/db\n"
            })
    void acceptsTheCommonSchemes(String url) {
        Endpoint endpoint = Endpoint.parse(url);

        assertThat(endpoint.jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:5433/db");
        assertThat(endpoint.connectionProperties())
                .containsEntry("user", "u")
                .containsEntry("password", "p")
                .containsEntry("sslmode", "prefer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "p%40ss%3Aw%2Frd%3F%23%25 p@ss:w/rd?#%",
                "a+b a+b",
                "p%C3%A4ss päss",
                "a:b?c#d a:b?c#d",
                "!$&'()*,;=~ !$&'()*,;=~"
            })
    void decodesPasswordsAsLibpqDoes(String written, String password) {
        assertThat(Endpoint.parse("postgresql://u:" + written + "@localhost/db").password())
                .contains(new Secret(password));
    }

    @Test
    void decodesAPlusInAJdbcUrlAsPgjdbcDoes() {
        assertThat(Endpoint.parse("jdbc:postgresql://localhost/db?user=u&password=a+b%2Bc")
                        .password())
                .contains(new Secret("a b+c"));
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://u@localhost/db, jdbc:postgresql://localhost:5432/db",
        "postgresql://u@localhost:/db, jdbc:postgresql://localhost:5432/db",
        "postgresql://u@[::1]:6000/db, jdbc:postgresql://[::1]:6000/db",
        "postgresql://u@[2001:db8::7]/db, jdbc:postgresql://[2001:db8::7]:5432/db",
        "postgresql://u@localhost, jdbc:postgresql://localhost:5432/u",
        "postgresql://u@localhost/, jdbc:postgresql://localhost:5432/u",
        "postgresql://u@localhost/a%20b, jdbc:postgresql://localhost:5432/a%20b",
        "postgresql://u@LOCALHOST/db, jdbc:postgresql://localhost:5432/db"
    })
    void hasTheDefaultsOfLibpq(String url, String jdbcUrl) {
        assertThat(Endpoint.parse(url).jdbcUrl()).isEqualTo(jdbcUrl);
        assertThat(new Driver().acceptsURL(jdbcUrl)).isTrue();
    }

    @Test
    void acceptsSeveralHosts() {
        assertThat(Endpoint.parse("postgresql://u@localhost:1,127.0.0.1:2/db").jdbcUrl())
                .isEqualTo("jdbc:postgresql://localhost:1,127.0.0.1:2/db");
    }

    @Test
    void neverPutsCredentialsIntoTheJdbcUrlOrIntoText() {
        Endpoint endpoint = Endpoint.parse(NEON);

        assertThat(endpoint.jdbcUrl()).doesNotContain("alex").doesNotContain("AbC123dEf");
        assertThat(endpoint.toString()).doesNotContain("AbC123dEf");
        assertThat(new Secret("AbC123dEf").toString()).doesNotContain("AbC123dEf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "allow", "prefer"})
    void refusesWeakTlsOutsideThisMachine(String mode) {
        assertThatThrownBy(() -> Endpoint.parse("postgresql://u:p@db.example.com/db?sslmode=" + mode))
                .isInstanceOf(InvalidDatabaseUrlException.class)
                .hasMessageContaining("sslmode=" + mode)
                .hasMessageContaining("sslmode=require");
        assertThat(Endpoint.parse("postgresql://u:p@127.0.0.1/db?sslmode=" + mode)
                        .driverProperties())
                .containsEntry("sslmode", mode);
    }

    @Test
    void requiresTlsOutsideThisMachineByDefault() {
        assertThat(Endpoint.parse("postgresql://u:p@db.example.com/db").driverProperties())
                .containsEntry("sslmode", "require");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost.evil.com", "127.0.0.1.evil.com", "localhost,db.example.com"})
    void doesNotTreatAnotherHostAsThisMachine(String hosts) {
        assertThatThrownBy(() -> Endpoint.parse("postgresql://u:p@" + hosts + "/db?sslmode=disable"))
                .hasMessageContaining("refused outside this machine");
    }

    @Test
    void verifiesAgainstTheTrustStoreOfTheJdkOrAFile() {
        assertThat(Endpoint.parse("postgresql://u:p@h.example.com/db?sslmode=verify-full")
                        .driverProperties())
                .containsEntry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        assertThat(Endpoint.parse("postgresql://u:p@h.example.com/db?sslmode=verify-ca&sslrootcert=/etc/ca.pem")
                        .driverProperties())
                .containsEntry("sslrootcert", "/etc/ca.pem")
                .doesNotContainKey("sslfactory");
        assertThat(Endpoint.parse("postgresql://u:p@h.example.com/db?sslmode=verify-full&sslrootcert=system")
                        .driverProperties())
                .doesNotContainKey("sslrootcert");
        assertThatThrownBy(() -> Endpoint.parse("postgresql://u:p@h.example.com/db?sslrootcert=system"))
                .hasMessageContaining("verify-full");
    }

    /** As libpq does; the driver's own "require" takes any certificate, and opens no file. */
    @ParameterizedTest
    @ValueSource(strings = {"sslmode=require&sslrootcert=/etc/ca.pem", "sslrootcert=/etc/ca.pem"})
    void requireWithARootCertificateVerifiesAgainstIt(String parameters) {
        assertThat(Endpoint.parse("postgresql://u:p@h.example.com/db?" + parameters)
                        .driverProperties())
                .containsEntry("sslmode", "verify-ca")
                .containsEntry("sslrootcert", "/etc/ca.pem")
                .doesNotContainKey("sslfactory");
    }

    @Test
    void aRootCertificateLeavesTheOtherModesAsTheyAre() {
        assertThat(Endpoint.parse("postgresql://u:p@localhost/db?sslmode=prefer&sslrootcert=/etc/ca.pem")
                        .driverProperties())
                .containsEntry("sslmode", "prefer");
        assertThat(Endpoint.parse("postgresql://u:p@h.example.com/db?sslmode=require&sslrootcert=")
                        .driverProperties())
                .containsEntry("sslmode", "require")
                .doesNotContainKey("sslrootcert");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmode=require", "sslmode=verify-full&sslrootcert=/etc/ca.pem"})
    void sendsACertificateWhereTheDriverReadsIt(String parameters) {
        assertThat(Endpoint.parse(
                                "postgresql://u:p@h.example.com/db?sslcert=/etc/c.pem&sslkey=/etc/c.key&" + parameters)
                        .driverProperties())
                .containsEntry("sslcert", "/etc/c.pem")
                .containsEntry("sslkey", "/etc/c.key")
                .doesNotContainKey("sslfactory");
    }

    @Test
    void mapsThePooledEndpointOfNeonToTheDirectOne() {
        Endpoint pooled = Endpoint.parse("postgresql://u:p@ep-a-b-1-pooler.eu-central-1.aws.neon.tech/db");

        Endpoint direct = pooled.direct().orElseThrow();
        assertThat(direct.jdbcUrl()).isEqualTo("jdbc:postgresql://ep-a-b-1.eu-central-1.aws.neon.tech:5432/db");
        assertThat(pooled.connectionProperties()).containsEntry("prepareThreshold", "0");
        assertThat(direct.connectionProperties()).doesNotContainKey("prepareThreshold");
        assertThat(direct.direct()).contains(direct);

        Endpoint elsewhere = Endpoint.parse("postgresql://u:p@my-pooler.example.com/db");
        assertThat(elsewhere.direct()).contains(elsewhere);
        assertThat(elsewhere.asPooled().direct()).isEmpty();
        assertThat(elsewhere.asPooled().connectionProperties()).containsEntry("prepareThreshold", "0");
    }

    @Test
    void sendsTheTimeZoneToNeonInAStartupParameterThatItAccepts() {
        Endpoint direct = Endpoint.parse("postgresql://u:p@ep-a-b-1.eu-central-1.aws.neon.tech/db?schema=a");
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            assertThat(direct.connectionProperties().getProperty("options"))
                    .isEqualTo("-c search_path=a -c TimeZone=Asia/Tokyo");
            assertThat(direct.notices()).isEmpty();
            Endpoint pooled = Endpoint.parse("postgresql://u:p@ep-a-b-1-pooler.eu-central-1.aws.neon.tech/db?schema=a");
            assertThat(pooled.connectionProperties()).doesNotContainKey("options");
            assertThat(pooled.transactionSettings().values()).containsOnlyKeys("search_path");
            assertThat(pooled.notices()).anySatisfy(notice -> assertThat(notice).contains("Asia/Tokyo"));
            TimeZone.setDefault(TimeZone.getTimeZone("GMT+02:00"));
            assertThat(direct.connectionProperties().getProperty("options")).isEqualTo("-c search_path=a");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    /** As the server splits them (pg_split_opts). */
    @Test
    void settingsInOptionsAreExtractedAndThoseOfNeonStay() {
        Endpoint endpoint = Endpoint.parse("postgresql://u:p@localhost/db?options="
                + "endpoint%3Dep-a%20-c%20search_path%3Da,%5C%20b%20--statement-timeout%3D7s%20-clock_timeout%3D1s");

        assertThat(endpoint.settings().values())
                .containsOnly(
                        Map.entry("search_path", "a, b"),
                        Map.entry("statement_timeout", "7s"),
                        Map.entry("lock_timeout", "1s"));
        assertThat(endpoint.driverProperties()).containsEntry("options", "endpoint=ep-a");
        assertThat(endpoint.connectionProperties().getProperty("options"))
                .isEqualTo("endpoint=ep-a -c lock_timeout=1s -c search_path=a,\\ b -c statement_timeout=7s");
        assertThat(endpoint.asPooled().transactionSettings().statements())
                .contains("SELECT set_config('search_path', 'a, b', true);");
    }

    @Test
    void mapsTheOtherParameters() {
        assertThat(Endpoint.parse("postgresql://u:p@localhost/db?connect_timeout=10&application_name=a%20b"
                                + "&keepalives=1&target_session_attrs=read-write&options=-c%20a=b&client_encoding=utf8")
                        .connectionProperties())
                .containsAllEntriesOf(Map.of(
                        "loginTimeout", "10",
                        "ApplicationName", "a b",
                        "tcpKeepAlive", "true",
                        "targetServerType", "primary",
                        "options", "-c a=b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mysql://u:geheim@h/db | must begin with postgresql://",
                "geheim | must begin with postgresql://",
                "postgresql://localhost/db | names no user",
                "postgresql://u:geheim@/db | names no host",
                "postgresql://u:geheim@h:99999/db?sslmode=require | port",
                "postgresql://u:geheim@h:x/db | host or a port",
                "postgresql://u:ge/heim@h/db | %40 for @, %2F for /",
                "postgresql://u:ge@heim@h/db | %40 for @, %2F for /",
                "postgresql://u:geheim%@localhost/db | write %25 for %",
                "postgresql://u:geheim%zz@localhost/db | write %25 for %",
                "postgresql://u:geheim%00@localhost/db | write %25 for %",
                "postgresql://u:geheim%ff@localhost/db | not UTF-8",
                "postgresql://u:geheim@%2Fvar%2Frun/db | Unix socket",
                "postgresql://u:geheim@localhost/db?sslmod=require | did you mean sslmode?",
                "postgresql://u:geheim@localhost/db?geheim=1 | unknown parameter (the 1st)",
                "postgresql://u:geheim@localhost/db?sslmode=requird | sslmode must be one of",
                "jdbc:postgresql://localhost/db?user=u&socketTimeout=10 | set database.unitOfWork.deadline",
                "jdbc:postgresql://localhost/db?user=u&ssl=true | write sslmode=require",
                "postgresql://u:geheim@localhost/db?sslmode=require&sslmode=disable | twice",
                "postgresql://u:geheim@localhost/db?sslmode | key=value",
                "postgresql://u:geheim@localhost/db?connect_timeout=soon | whole number of seconds",
                "postgresql://u:geheim@localhost/db?hostaddr=1.2.3.4 | hostaddr cannot be honoured",
                "postgresql://u:geheim@localhost/db?sslcrl=geheim | checkRevocation",
                "postgresql://u:geheim@h/db?sslmode=verify-full&sslcert=geheim | sslcert needs sslrootcert=FILE",
                "postgresql://u:geheim@h/db?sslmode=verify-ca&sslkey=geheim | sslkey needs sslrootcert=FILE",
                "postgresql://u:geheim@h/db?sslmode=verify-full&sslrootcert=system&sslcert=geheim | sslcert needs sslrootcert=FILE",
                "postgresql://u:geheim@ep-a.eu-central-1.aws.neon.tech/db?sslcert=geheim | leave sslcert out",
                "postgresql://u:geheim@localhost/db?service=geheim | write host, user and database",
                "postgresql://u:geheim@localhost/db?keepalives_idle=30 | operating system",
                "postgresql://u:geheim@localhost/db?replication=database | this connection is for SQL",
                "postgresql://u:geheim@localhost/db?target_session_attrs=geheim | must be one of any, prefer-standby",
                "postgresql://u:geheim@h1,h2/db?port=1,2,3 | another number of ports than of hosts",
                "postgresql://u:geheim@/db?host=/var/run | Unix socket"
            })
    void reportsAMistakeWithItsRemedyAndWithoutTheUrl(String url, String message) {
        assertThatThrownBy(() -> Endpoint.parse(url))
                .isInstanceOf(InvalidDatabaseUrlException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("geheim")
                .hasMessageNotContaining("heim")
                .hasNoCause();
    }

    @Test
    void reportsAllMistakesAtOnce() {
        InvalidDatabaseUrlException mistakes = catchThrowableOfType(
                InvalidDatabaseUrlException.class,
                () -> Endpoint.parse("postgresql://h.example.com:0/db?sslmode=disable&foo=1&keepalives=yes"));

        assertThat(mistakes.problems()).hasSize(5);
    }

    @Test
    void acceptsHostPortAndDatabaseAsParametersLikeLibpq() {
        assertThat(Endpoint.parse("postgresql:///?host=localhost&port=6000&dbname=db&user=u&password=p")
                        .jdbcUrl())
                .isEqualTo("jdbc:postgresql://localhost:6000/db");
        assertThat(Endpoint.parse("postgresql://u@localhost,127.0.0.1/db?port=1,2")
                        .jdbcUrl())
                .isEqualTo("jdbc:postgresql://localhost:1,127.0.0.1:2/db");
    }

    @Test
    void ignoresParametersThatRepeatTheDefault() {
        assertThat(Endpoint.parse(
                                "postgresql://u@localhost/db?sslsni=1&sslcompression=0&gssdelegation=0&replication=false")
                        .driverProperties())
                .containsOnlyKeys("sslmode");
    }

    @Test
    void reportsIgnoredPoolSettingsOfOtherPrograms() {
        Endpoint endpoint = Endpoint.parse(
                "postgresql://u:p@localhost/db?pgbouncer=true&connection_limit=7&pool_timeout=30&schema=s");

        assertThat(endpoint.notices())
                .hasSize(3)
                .anySatisfy(notice -> assertThat(notice).contains("search_path").contains("inside transactions only"))
                .anySatisfy(notice ->
                        assertThat(notice).contains("connection_limit").contains("database.pooled"))
                .anySatisfy(
                        notice -> assertThat(notice).contains("pool_timeout").contains("maxWaitForConnection"));
        assertThat(endpoint.pooled()).isTrue();
        assertThat(endpoint.settings().values()).containsExactly(Map.entry("search_path", "s"));
    }

    /** The driver takes any name and ignores what it does not know. */
    @Test
    void setsOnlyPropertiesThatTheDriverKnows() {
        Endpoint endpoint = Endpoint.parse("postgresql://u@localhost/db?sslmode=verify-full&sslnegotiation=direct"
                + "&sslrootcert=f&sslcert=f&sslkey=f&sslpassword=p&channel_binding=prefer&require_auth=scram-sha-256"
                + "&gssencmode=disable&krbsrvname=k&gsslib=auto&connect_timeout=1&keepalives=0&max_protocol_version=3.2"
                + "&target_session_attrs=any&load_balance_hosts=random&application_name=a&options=-ca=b&schema=s"
                + "&pgbouncer=true&reWriteBatchedInserts=true");

        assertThat(endpoint.connectionProperties()).hasSize(21);
        assertThat(endpoint.connectionProperties().stringPropertyNames())
                .allSatisfy(
                        name -> assertThat(PGProperty.forName(name)).as(name).isNotNull());
    }

    /** Whatever the variable has, no part of it that may be a password is quoted. */
    @Test
    void tenThousandHostileUrlsLeakNoPassword() {
        Random random = new Random(7);
        String alphabet = "aZ09:/@?#&=%[]., \\\"'<>|{}^`~!$()*+;-_\u00e4\t\n";
        String[] frames = {
            "postgresql://u:%s@localhost/db?sslmode=require",
            "postgresql://u:%s@ep-a.eu-central-1.aws.neon.tech/db",
            "jdbc:postgresql://localhost/db?user=u&password=%s",
            "postgresql://u@localhost/db?%s=1",
            "%s"
        };
        for (int i = 0; i < 10_000; i++) {
            StringBuilder noise = new StringBuilder("s3cret");
            for (int length = random.nextInt(12); length > 0; length--) {
                noise.insert(random.nextInt(noise.length() + 1), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String hostile = noise + "s3cret";
            String url = frames[random.nextInt(frames.length)].formatted(hostile);
            try {
                Endpoint endpoint = Endpoint.parse(url);
                if (endpoint.password().isPresent()) {
                    assertThat(endpoint + endpoint.jdbcUrl()).as("endpoint").doesNotContain("s3cret");
                }
            } catch (InvalidDatabaseUrlException e) {
                assertThat(e.toString() + e.problems()).as("message").doesNotContain("s3cret");
                assertThat(e).hasNoCause();
            }
        }
    }
}
