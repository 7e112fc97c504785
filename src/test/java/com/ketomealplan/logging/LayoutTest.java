package com.ketomealplan.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.access.common.spi.IAccessEvent;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.ketomealplan.neon.lease.LogContext;
import com.ketomealplan.testing.Page;
import java.lang.reflect.Proxy;
import java.net.SocketException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.jdbi.v3.core.mapper.MappingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Log lines, as the files that ship have them. */
class LayoutTest {

    private static String line(String file, String environment, Map<String, String> context) throws Exception {
        return line(file, environment, context, new IllegalStateException("why"));
    }

    private static String line(String file, String environment, Map<String, String> context, Exception exception)
            throws Exception {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        JsonNode layout = yaml.readTree(Path.of(file).toFile()).at("/logging/appenders/0/layout");
        LoggerContext logback = new LoggerContext();
        LayoutBase<ILoggingEvent> built = new EventLayoutFactory(
                        environment, layout.get("pattern").asText())
                .build(logback, TimeZone.getTimeZone("UTC"));
        built.start();
        LoggingEvent event = new LoggingEvent(
                "caller", logback.getLogger("com.ketomealplan.Test"), Level.WARN, "what \"happened\"", exception, null);
        event.setMDCPropertyMap(context);
        return built.doLayout(event);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "request_id=r                                        | \" [r]\"",
                "request_id=r,trace_id=t                             | \" [r t]\"",
                "request_id=r,unit=UserDao.find                      | \" [r UserDao.find]\"",
                "request_id=r,trace_id=t,unit=UserDao.find,attempt=2 | \" [r t UserDao.find 2]\"",
                "unit=health                                         | \" [health]\"",
                "other=x                                             | \"\"",
            })
    void peopleReadALineWithItsContextAtTheEnd(String context, String expected) throws Exception {
        Map<String, String> pairs = new java.util.HashMap<>();
        for (String pair : context.split(",")) {
            pairs.put(pair.split("=")[0], pair.split("=")[1]);
        }

        String line = line("config.yml", "development", pairs);

        assertThat(line.lines().findFirst().orElseThrow())
                .startsWith("WARN  [")
                .endsWith("c.k.Test: what \"happened\"" + expected);
        assertThat(line).contains("java.lang.IllegalStateException: why");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.yml", "config-serverless.yml"})
    void machinesReadOneJsonObjectALine(String file) throws Exception {
        String line = line(file, "production", Map.of("request_id", "r", "unit", "UserDao.find"));

        assertThat(line.strip().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.get("level").asText()).isEqualTo("WARN");
        assertThat(json.get("message").asText()).isEqualTo("what \"happened\"");
        assertThat(json.get("request_id").asText()).isEqualTo("r");
        assertThat(json.get("unit").asText()).isEqualTo("UserDao.find");
        assertThat(json.get("exception").asText()).contains("IllegalStateException: why", "LayoutTest");
        assertThat(json.get("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    }

    private static List<String> fields(String heading) {
        return Page.of("operations").rows(heading).stream()
                .flatMap(row -> Stream.of(row.get(0).split(", ")))
                .map(Page::name)
                .toList();
    }

    @Test
    void thePageHasTheFieldsOfALine() throws Exception {
        Map<String, String> context =
                Map.of(LogContext.REQUEST, "r", LogContext.TRACE, "t", "unit", "UserDao.find", "attempt", "2");

        JsonNode json = new ObjectMapper().readTree(line("config.yml", "production", context));

        assertThat(fields("The fields of a line")).containsExactlyInAnyOrderElementsOf(fieldNames(json));
    }

    @Test
    void thePageHasTheFieldsOfALineOfTheRequestLog() throws Exception {
        LayoutBase<IAccessEvent> layout =
                new AccessLayoutFactory("production", null).build(new LoggerContext(), TimeZone.getTimeZone("UTC"));
        layout.start();

        JsonNode json = new ObjectMapper().readTree(layout.doLayout(everything()));

        assertThat(fields("The fields of a line of the request log"))
                .containsExactlyInAnyOrderElementsOf(fieldNames(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "a \"b\" \\ \t\n\u0001\u007f/</é\u2028\ud83e\udd51", ""})
    void aLineOfTheRequestLogIsDropwizards(String text) {
        AccessLayoutFactory factory = new AccessLayoutFactory("production", null);
        LoggerContext context = new LoggerContext();
        TimeZone zone = TimeZone.getTimeZone("UTC");

        assertThat(factory.build(context, zone)).isInstanceOf(AccessLine.class);
        for (IAccessEvent event : List.of(event(text, Map.of("X-Request-Id", text)), event(null, Map.of()))) {
            assertThat(factory.build(context, zone).doLayout(event))
                    .isEqualTo(factory.general(context, zone).doLayout(event));
        }
    }

    @Test
    void aLineOfTheRequestLogHasTheFieldsThatAreAdded() throws Exception {
        AccessLayoutFactory factory = new AccessLayoutFactory("production", null);
        factory.setAdditionalFields(Map.of("region", "eu"));

        String line =
                factory.build(new LoggerContext(), TimeZone.getTimeZone("UTC")).doLayout(everything());

        assertThat(new ObjectMapper().readTree(line).get("region").asText()).isEqualTo("eu");
    }

    private static List<String> fieldNames(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** A request of which each value is known. */
    private static IAccessEvent everything() {
        return event("text", Map.of("X-Request-Id", "r"));
    }

    /** A request with these texts and headers. */
    private static IAccessEvent event(String text, Map<String, String> headers) {
        return (IAccessEvent) Proxy.newProxyInstance(
                IAccessEvent.class.getClassLoader(),
                new Class<?>[] {IAccessEvent.class},
                (proxy, method, arguments) -> {
                    Class<?> type = method.getReturnType();
                    if (type == Map.class) {
                        return headers;
                    }
                    if (type == int.class) {
                        return 200;
                    }
                    return type == long.class ? (Object) 1L : text;
                });
    }

    /** Nor does one that wraps it and says the same, or the one that it is about. */
    @ParameterizedTest
    @ValueSource(strings = {"development", "production"})
    void anExceptionOfTheDatabaseDoesNotQuoteWhatItWasGiven(String environment) throws Exception {
        SQLException suppressed =
                new SQLException("Key (email)=(ada) already exists", new SocketException("Connection reset"));
        suppressed.addSuppressed(new JsonParseException(null, "Unrecognized token 'ada'"));
        SQLException sql = new SQLTransientException("Bad value: ada", new NumberFormatException("ada"));
        sql.addSuppressed(suppressed);
        Exception outer = new IllegalArgumentException("told", new IllegalStateException(new MappingException(sql)));

        String line = line("config.yml", environment, Map.of(), outer);

        assertThat(line)
                .doesNotContain("ada")
                .contains(
                        "SQLTransientException: (its text",
                        "NumberFormatException: (its text",
                        "JsonParseException: (its text")
                .contains("SocketException: Connection reset")
                .contains("MappingException: (its text", "IllegalStateException: (its text")
                .contains("IllegalArgumentException: told", "LayoutTest");
    }
}
