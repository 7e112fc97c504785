package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.PgBouncer;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.RestartablePostgres;
import com.ketomealplan.testing.ScenarioTable;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connections are cut at every message boundary of {@code POST /complex-operation}, and the database is compared with what
 * was answered. {@code -Dcuts=1000} for the figures of the README.
 */
@Needs(Program.PGBOUNCER)
class NeverLostNeverDoubledTest {

    private static final int CUTS = Integer.getInteger("cuts", 200);

    /** The ways to run the service, which share the cuts at every other message. */
    private static final int COMBINATIONS = 8;

    private static final int OPERATIONS = Integer.getInteger("operations", 4_000);

    /** By scenario, of all combinations. */
    private static final Map<String, List<Answer>> REPORTED = new HashMap<>();

    private static final Pattern EMAIL = Pattern.compile("[0-9a-f-]{36}@example.com");

    private TestDatabase database;
    private RestartablePostgres server;
    private final ExecutorService clients = Executors.newCachedThreadPool();
    /** The request whose messages a thread of the proxy passes on, by its e-mail address. */
    private final ThreadLocal<String> passing = new ThreadLocal<>();

    private final Set<String> cutOnce = ConcurrentHashMap.newKeySet();
    private PgBouncer pooler;
    private NeonProxy proxy;
    private TestService service;

    @AfterEach
    void stop() throws Exception {
        clients.shutdownNow();
        if (service != null) {
            service.stop();
            proxy.close();
        }
        if (pooler != null) {
            pooler.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void start(TestDatabase tested, String pooling, boolean throughPooler) throws Exception {
        database = tested;
        if (throughPooler) {
            pooler = PgBouncer.before(database, 10);
        }
        proxy = throughPooler ? NeonProxy.before(pooler) : NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database) + (throughPooler ? "?timezone=Asia/Tokyo" : ""),
                ConfigOverride.config("database.pooling", pooling),
                ConfigOverride.config("database.pooledEndpoint", Boolean.toString(throughPooler)),
                ConfigOverride.config("logging.level", "OFF"));
        assertThat(post(new Request("warm@example.com", "")).statusCode()).isEqualTo(201);
    }

    /** One that is made once, with a key if it has one. */
    private record Request(String email, String key) {}

    private record Answer(Request request, int status, String body, Duration time) {
        boolean isUnknown() {
            return body.contains("commit-outcome-unknown");
        }
    }

    private HttpResponse<String> post(Request request) {
        String body = "{\"email\":\"%s\",\"quiz_data\":{\"goal\":\"energy\"}}".formatted(request.email());
        return request.key().isEmpty()
                ? service.post("/complex-operation", body)
                : service.send(
                        "POST",
                        "/complex-operation",
                        body,
                        "Content-Type",
                        "application/json",
                        "Idempotency-Key",
                        request.key());
    }

    /** Each client makes one request after the other. */
    private List<Answer> requests(int clientCount, int count, boolean keys) {
        List<CompletableFuture<List<Answer>>> work = new ArrayList<>();
        for (int client = 0; client < clientCount; client++) {
            work.add(CompletableFuture.supplyAsync(
                    () -> {
                        List<Answer> answers = new ArrayList<>();
                        for (int i = 0; i < count / clientCount; i++) {
                            Request request = new Request(
                                    UUID.randomUUID() + "@example.com",
                                    keys ? UUID.randomUUID().toString() : "");
                            long begun = System.nanoTime();
                            HttpResponse<String> answer = post(request);
                            answers.add(new Answer(
                                    request,
                                    answer.statusCode(),
                                    answer.body(),
                                    Duration.ofNanos(System.nanoTime() - begun)));
                        }
                        return answers;
                    },
                    clients));
        }
        return work.stream().flatMap(done -> done.join().stream()).toList();
    }

    /** Cuts each request once: at the message that has this text, on its way in this direction. */
    private void cutAt(Direction where, String message) {
        cutOnce.clear();
        proxy.intercept((connection, direction, type, body) -> {
            String text = new String(body, StandardCharsets.ISO_8859_1);
            Matcher email = EMAIL.matcher(text);
            if (email.find()) {
                passing.set(email.group());
            }
            boolean there = direction == where && text.startsWith(message) && passing.get() != null;
            return there && cutOnce.add(passing.get()) ? Action.CUT : Action.PASS;
        });
    }

    /** Compares the database with the answers; then repeats what has a key, of what succeeded one in eight. */
    private void check(List<Answer> answers) {
        proxy.intercept((connection, direction, type, body) -> Action.PASS);
        Map<String, Integer> stored = quizResponses();
        for (Answer answer : answers) {
            Integer quizzes = stored.get(answer.request().email());
            if (answer.status() == 201) {
                assertThat(quizzes).as("what was acknowledged: %s", answer).isEqualTo(1);
            } else if (answer.isUnknown()) {
                assertThat(quizzes).as("what is unknown: %s", answer).isIn(null, 1);
            } else {
                assertThat(quizzes).as("what was refused: %s", answer).isNull();
            }
        }
        List<Answer> keyed = answers.stream()
                .filter(answer -> !answer.request().key().isEmpty())
                .filter(answer ->
                        answer.status() != 201 || answer.request().key().charAt(0) % 8 == 0)
                .toList();
        for (Answer answer : keyed) {
            HttpResponse<String> again = post(answer.request());
            assertThat(again.statusCode()).isEqualTo(201);
            if (answer.status() == 201) {
                assertThat(again.body()).isEqualTo(answer.body());
                assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            }
        }
        Map<String, Integer> settled = quizResponses();
        assertThat(keyed)
                .allSatisfy(answer ->
                        assertThat(settled.get(answer.request().email())).isEqualTo(1));
    }

    /** How many each user has. */
    private Map<String, Integer> quizResponses() {
        return database.jdbi().withHandle(handle -> handle.createQuery("""
                        SELECT email, count(quiz_responses.id)::int AS quizzes
                        FROM users LEFT JOIN quiz_responses ON user_id = users.id GROUP BY users.id
                        """)
                .map(row -> Map.entry(row.getColumn("email", String.class), row.getColumn("quizzes", Integer.class)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private static String summary(List<Answer> answers) {
        return answers.stream()
                .collect(Collectors.groupingBy(Answer::status, TreeMap::new, Collectors.counting()))
                .toString();
    }

    private static double succeeded(List<Answer> answers) {
        return (double) answers.stream()
                        .filter(answer -> answer.status() == 201)
                        .count()
                / answers.size();
    }

    private static void report(String scenario, List<Answer> answers) {
        List<Answer> all = REPORTED.computeIfAbsent(scenario, any -> new ArrayList<>());
        all.addAll(answers);
        int succeeded =
                (int) all.stream().filter(answer -> answer.status() == 201).count();
        int unknown = (int) all.stream().filter(Answer::isUnknown).count();
        ScenarioTable.row(scenario, all.size(), succeeded, all.size() - succeeded - unknown, unknown);
    }

    @ParameterizedTest(name = "{0}, pooler: {1}, keys: {2}")
    @CsvSource({
        "pooled, false, false",
        "pooled, false, true",
        "pooled, true, false",
        "pooled, true, true",
        "per_request, false, false",
        "per_request, false, true",
        "per_request, true, false",
        "per_request, true, true"
    })
    void whatIsAnsweredIsWhatIsStored(String pooling, boolean throughPooler, boolean keys) throws Exception {
        start(TestDatabase.migrated(), pooling, throughPooler);

        // (a) the server has committed, and its answer is lost
        cutAt(Direction.FROM_SERVER, "COMMIT");
        List<Answer> afterCommit = requests(4, CUTS, keys);
        check(afterCommit);
        assertThat(cutOnce).hasSize(CUTS);
        assertThat(afterCommit.stream()
                        .filter(answer -> answer.status() == 201)
                        .filter(answer -> answer.time().toMillis() <= 2_000))
                .as(summary(afterCommit))
                .hasSizeGreaterThanOrEqualTo((int) Math.ceil(0.999 * CUTS));
        report("The connection is cut after COMMIT took effect, before its answer arrives", afterCommit);

        // (b) COMMIT never reaches the server
        cutAt(Direction.FROM_CLIENT, "COMMIT");
        List<Answer> beforeCommit = requests(4, CUTS, keys);
        check(beforeCommit);
        assertThat(cutOnce).hasSize(CUTS);
        assertThat(succeeded(beforeCommit)).as(summary(beforeCommit)).isGreaterThanOrEqualTo(0.99);
        report("The connection is cut before COMMIT reaches the server", beforeCommit);

        // (c) the first, second, ... message of the units of work
        Map<Integer, Integer> cuts = cutEverywhere();
        List<Answer> anywhere = new ArrayList<>();
        while (anywhere.isEmpty() || total(cuts) < cuts.size() * CUTS / COMBINATIONS) {
            anywhere.addAll(requests(4, 200, keys));
        }
        check(anywhere);
        assertThat(succeeded(anywhere)).as(summary(anywhere)).isGreaterThanOrEqualTo(0.99);
        report("One of four transactions is cut, at one of its messages after the other", anywhere);
    }

    /** Where a connection is: how many messages have passed since it was last out of a transaction, and which will not. */
    private static final class Conversation {
        int passed;
        int cutAt;
    }

    /**
     * Cuts one of four units of work, also of those that run again and those that look up what became of another, at one
     * message after the other. By chance, because four clients in step would meet every fourth cut.
     *
     * @return how often it was cut, by message; grows on
     */
    private Map<Integer, Integer> cutEverywhere() {
        Map<Integer, Integer> cuts = new TreeMap<>();
        Map<Object, Conversation> conversations = new HashMap<>();
        AtomicInteger planned = new AtomicInteger();
        Random random = new Random(42);
        AtomicInteger longest = new AtomicInteger(1);
        proxy.intercept((connection, direction, type, body) -> {
            synchronized (cuts) {
                Conversation conversation = conversations.computeIfAbsent(connection, any -> new Conversation());
                if (conversation.passed++ == 0) {
                    conversation.cutAt = random.nextInt(4) == 0 ? 1 + planned.getAndIncrement() % longest.get() : 0;
                }
                longest.accumulateAndGet(conversation.passed, Math::max);
                if (conversation.passed == conversation.cutAt) {
                    cuts.merge(conversation.passed, 1, Integer::sum);
                    return Action.CUT;
                }
                if (type == 'Z' && body[0] == 'I') {
                    conversation.passed = 0;
                }
                return Action.PASS;
            }
        });
        return cuts;
    }

    private static int total(Map<Integer, Integer> cuts) {
        synchronized (cuts) {
            return cuts.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** {@code -Doperations=10000} for the figure of the README. */
    @Test
    void aHistoryOfKillsCutsAndCrashesIsTold() throws Exception {
        server = new RestartablePostgres();
        start(TestDatabase.migrated(server.endpoint()), "pooled", false);
        Random random = new Random(42);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger crashes = new AtomicInteger();
        CompletableFuture<Void> chaos = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                LockSupport.parkNanos(
                        Duration.ofMillis(100 + random.nextInt(400)).toNanos());
                switch (random.nextInt(8)) {
                    case 0, 1, 2, 3 -> database.killSessions();
                    case 4, 5, 6 -> proxy.cut();
                    default -> {
                        server.crash();
                        crashes.incrementAndGet();
                    }
                }
            }
        });

        List<Answer> answers = new ArrayList<>();
        while (answers.size() < OPERATIONS) {
            answers.addAll(requests(8, OPERATIONS / 20, answers.size() / (OPERATIONS / 20) % 2 == 0));
        }
        over.set(true);
        chaos.join();

        check(answers);
        assertThat(crashes.get()).isPositive();
        assertThat(succeeded(answers)).as(summary(answers)).isGreaterThan(0.99);
        report("The database is killed, crashed and cut off at random, several times a second", answers);
    }
}
