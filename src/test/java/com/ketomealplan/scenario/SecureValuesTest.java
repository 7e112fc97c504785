package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.OtlpReceiver;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever fails, nothing that a client has sent, nor the database's password, is in a log line (our own loggers at DEBUG), a span,
 * a metric, a page of the
 * operator's, or an answer. The server is made to quote it wherever a server, or a function in it, can.
 */
class SecureValuesTest {

    /** A part of whatever a client sends. */
    private static final String CANARY = "canary7f3a";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 3;

    /** How long the SDK collects spans before it sends them; five seconds unless this says otherwise. */
    private static final String EXPORT_DELAY = "otel.bsp.schedule.delay";

    private static final List<String> PAGES = List.of(
            "/metrics", "/metrics/prometheus", "/statements", "/connections", "/ledger", "/healthcheck", "/readyz");

    private final TestDatabase database = TestDatabase.migrated();
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();

    /** What others than the client can see, with where. */
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    private NeonProxy proxy;
    private OtlpReceiver receiver;
    private Console console;
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        System.setProperty(EXPORT_DELAY, "20");
        proxy = NeonProxy.before(database);
        receiver = new OtlpReceiver();
        console = new Console();
    }

    @AfterEach
    void stop() throws IOException {
        System.clearProperty(EXPORT_DELAY);
        service.stop();
        console.close();
        receiver.close();
        proxy.close();
    }

    private void start(String environment) {
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("environment", environment),
                ConfigOverride.config("logging.appenders[0].layout.environment", environment),
                ConfigOverride.config("server.requestLog.appenders[0].layout.environment", environment),
                ConfigOverride.config("logging.loggers.com\\.ketomealplan", "DEBUG"),
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.slowStatementThreshold", "0ms"),
                ConfigOverride.config("database.unitOfWork.deadline", "1s"),
                ConfigOverride.config("database.unitOfWork.wakeBudget", "1s"),
                ConfigOverride.config("tracingEndpoint", receiver.url()));
    }

    private void post(String user, String key) {
        String value = CANARY + user;
        HttpResponse<String> answer = service.send(
                "POST",
                "/complex-operation?note=" + value,
                "{\"email\":\"%s@example.com\",\"quiz_data\":{\"goal\":\"%1$s\"}}".formatted(value),
                "Content-Type",
                "application/json",
                "Authorization",
                "Bearer " + value,
                "Idempotency-Key",
                CANARY + key);
        answers.add(answer.statusCode() + " " + answer.headers().map() + answer.body());
    }

    private void postsAtOnce() {
        Clients.atOnce(CLIENTS, () -> {
            post(
                    UUID.randomUUID().toString().replace("-", ""),
                    UUID.randomUUID().toString());
            return null;
        });
    }

    private void execute(String sql) {
        database.jdbi().useHandle(handle -> handle.execute(sql));
    }

    /** Something that the server cannot do, and what takes it away again. */
    private record Fault(String sqlState, String begin, String end) {

        /** Of each row that is inserted. */
        static Fault inTrigger(String sqlState, String code) {
            return new Fault(sqlState, """
                    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN %s; RETURN NEW; END $$;
                    CREATE TRIGGER fail BEFORE INSERT ON quiz_responses FOR EACH ROW EXECUTE FUNCTION fail()
                    """.formatted(code), "DROP FUNCTION fail CASCADE");
        }

        /** With the row in each field of the error that a function can set. */
        static Fault raised(String sqlState) {
            return inTrigger(sqlState, """
                    RAISE EXCEPTION USING ERRCODE = '%s', MESSAGE = 'refused: ' || NEW.quiz_data::text,
                        DETAIL = NEW.quiz_data::text, HINT = NEW.quiz_data::text, CONSTRAINT = NEW.quiz_data::text,
                        COLUMN = NEW.quiz_data::text, TABLE = NEW.quiz_data::text, SCHEMA = NEW.quiz_data::text, DATATYPE = NEW.quiz_data::text
                    """.formatted(sqlState));
        }

        static Fault altered(String sqlState, String table, String begin, String end) {
            return new Fault(sqlState, "ALTER TABLE " + table + " " + begin, "ALTER TABLE " + table + " " + end);
        }
    }

    private static List<Fault> faults() {
        List<Fault> faults = new ArrayList<>(List.of(
                Fault.altered(
                        "23514",
                        "quiz_responses",
                        "ADD CONSTRAINT odd CHECK (quiz_data IS NULL)",
                        "DROP CONSTRAINT odd"),
                Fault.altered("23502", "users", "ADD COLUMN needed text NOT NULL", "DROP COLUMN needed"),
                Fault.altered("22001", "users", "ALTER email TYPE varchar(5)", "ALTER email TYPE text"),
                Fault.altered("42703", "users", "RENAME email TO mail", "RENAME mail TO email"),
                new Fault(
                        "42P01",
                        "ALTER TABLE quiz_responses RENAME TO elsewhere",
                        "ALTER TABLE elsewhere RENAME TO quiz_responses"),
                Fault.inTrigger("22P02", "PERFORM (NEW.quiz_data ->> 'goal')::integer"),
                Fault.inTrigger("42703", "EXECUTE 'SELECT ' || (NEW.quiz_data ->> 'goal')"),
                Fault.inTrigger("42P01", "EXECUTE 'SELECT 1 FROM ' || (NEW.quiz_data ->> 'goal')"),
                Fault.inTrigger("42601", "EXECUTE 'SELECT 1 AS one ' || (NEW.quiz_data ->> 'goal')"),
                Fault.inTrigger("57P01", "PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")));
        Stream.of("P0001", "22000", "23505", "40001", "42501", "53100", "53300", "57014", "08006", "58030", "XX000")
                .map(Fault::raised)
                .forEach(faults::add);
        return faults;
    }

    /** Until an operator reads of it. */
    private void meet(Fault fault) {
        execute("DELETE FROM users");
        execute(fault.begin());
        int before = occurrences(fault.sqlState());
        await().atMost(PATIENCE).until(() -> {
            postsAtOnce();
            return occurrences(fault.sqlState()) > before;
        });
        look();
        execute("DELETE FROM users");
        execute(fault.end());
    }

    private int occurrences(String word) {
        return console.text().split(Pattern.quote(word), -1).length;
    }

    private void meetFaultsOfTheServer() throws Exception {
        faults().forEach(this::meet);
        for (int i = 0; i < 2; i++) {
            post("same", UUID.randomUUID().toString());
        }
        await().atMost(PATIENCE).until(() -> {
            post("else", "key");
            post("other", "key");
            return answers.stream().anyMatch(answer -> answer.startsWith("422"));
        });
        service.post("/users", "{\"email\":\"%s\\u0000@example.com\"}".formatted(CANARY));
        service.post("/users", CANARY);
        service.get("/users/" + UUID.randomUUID() + "/quiz-responses?limit=" + CANARY);
        try (TableLock lock = TableLock.on(database, "quiz_responses")) {
            postsAtOnce();
            look();
            await().atMost(PATIENCE).until(() -> lock.waiters() == 0);
        }
    }

    private void meetFaultsOfTheWay() {
        for (Action action : List.of(Action.CUT, Action.GARBLE, Action.TRUNCATE)) {
            proxy.intercept((connection, direction, type, body) ->
                    direction == Direction.FROM_SERVER && says(type, body, "INSERT") ? action : Action.PASS);
            postsAtOnce();
            look();
        }
        for (Direction way : Direction.values()) {
            AtomicBoolean cut = new AtomicBoolean();
            proxy.intercept((connection, direction, type, body) ->
                    direction == way && says(type, body, "COMMIT") && !cut.getAndSet(true) ? Action.CUT : Action.PASS);
            postsAtOnce();
        }
        proxy.intercept((connection, direction, type, body) -> Action.PASS);
        proxy.stall(true);
        postsAtOnce();
        proxy.stall(false);
        proxy.go(true);
        postsAtOnce();
        look();
        proxy.go(false);
    }

    /** Which is remembered: nothing is served for half a minute after it. */
    private void meetARefusedLogin() {
        proxy.refuseLogins("password authentication failed for user 'x'");
        proxy.cut();
        postsAtOnce();
        look();
    }

    private static boolean says(char type, byte[] body, String word) {
        return type != 'E' && new String(body, StandardCharsets.ISO_8859_1).contains(word);
    }

    private void look() {
        PAGES.forEach(page -> seen.add(page + " " + service.admin(page).body()));
        seen.add("/health " + service.get("/health").body());
    }

    /** All that the operator's page is told, until the service ends. */
    private void readEvents() {
        HttpRequest request =
                HttpRequest.newBuilder(service.adminUri("/operator/events")).build();
        HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofLines()).thenAccept(events -> events.body()
                .forEach(line -> seen.add("/operator/events " + line)));
    }

    @Test
    void nothingThatAClientSendsIsSeenByOthers() throws Exception {
        nothingIsSeenByOthers("production");
    }

    @Test
    @Tag("campaign-only")
    void norInDevelopment() throws Exception {
        nothingIsSeenByOthers("development");
    }

    private void nothingIsSeenByOthers(String environment) throws Exception {
        start(environment);
        readEvents();
        post("first", "first");
        meetFaultsOfTheServer();
        meetFaultsOfTheWay();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            post(UUID.randomUUID().toString(), UUID.randomUUID().toString());
            return answers.stream()
                    .reduce((earlier, last) -> last)
                    .orElseThrow()
                    .startsWith("201");
        });
        meetARefusedLogin();

        assertThat(quoting(console.text().lines())).as("log lines").isEmpty();
        assertThat(console.text()).contains("DEBUG", "Slow statement", "/complex-operation");
        assertThat(quoting(answers.stream())).as("answers").isEmpty();
        assertThat(answers.stream().map(answer -> answer.substring(0, 3)))
                .contains("201", "409", "422", "500", "503", "504", "507");
        assertThat(seen).as("the operator's events").anyMatch(line -> line.contains("\"condition\""));
        assertThat(quoting(seen.stream())).as("pages").isEmpty();
        await().atMost(PATIENCE).until(() -> receiver.spans().size() > faults().size());
        assertThat(quoting(receiver.texts())).as("spans").isEmpty();
    }

    /** The first few that have what they must not have. */
    private List<String> quoting(Stream<String> texts) {
        return texts.filter(text -> text.contains(CANARY) || text.contains(database.password()))
                .limit(5)
                .toList();
    }
}
