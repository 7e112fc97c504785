package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.ScenarioTable;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Sends {@code POST /complex-operation}, each with an e-mail address of its own, and compares the answers with the database. */
final class Operations {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    /** By scenario, of all tests of this JVM. */
    private static final Map<String, List<Answer>> REPORTED = new HashMap<>();

    private final TestService service;
    private final TestDatabase database;
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger created = new AtomicInteger();

    Operations(TestService service, TestDatabase database) {
        this.service = service;
        this.database = database;
    }

    /** One operation, with a key unless that is empty. */
    record Request(String email, String key) {

        static Request next(boolean withKey) {
            return new Request(
                    UUID.randomUUID() + "@example.com",
                    withKey ? UUID.randomUUID().toString() : "");
        }
    }

    record Answer(Request request, int status, String body, Duration time) {

        boolean isCreated() {
            return status == 201;
        }

        boolean isUnknown() {
            return body.contains("commit-outcome-unknown");
        }
    }

    Answer send(Request request) {
        long begun = System.nanoTime();
        HttpResponse<String> answer = post(request);
        Answer result =
                new Answer(request, answer.statusCode(), answer.body(), Duration.ofNanos(System.nanoTime() - begun));
        if (result.isCreated()) {
            created.incrementAndGet();
        }
        answered.incrementAndGet();
        return result;
    }

    /** Returns how many of those that {@link #send} sent have an answer. Thread-safe. */
    int answered() {
        return answered.get();
    }

    /** Returns how many of them were not created. Thread-safe. */
    int failed() {
        return answered.get() - created.get();
    }

    /** Returns how many of them were created. Thread-safe. */
    int created() {
        return created.get();
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

    /** Sends so many operations by so many clients, each of which makes one after the other, and pauses after one that failed. */
    List<Answer> send(int clients, int count, boolean keys) {
        return Clients.atOnce(clients, () -> {
                    List<Answer> answers = new ArrayList<>();
                    for (int i = 0; i < count / clients; i++) {
                        Answer answer = send(Request.next(keys));
                        answers.add(answer);
                        if (!answer.isCreated()) {
                            Thread.sleep(PAUSE_AFTER_FAILURE.toMillis());
                        }
                    }
                    return answers;
                })
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Checks each answer: 201 is stored once, unknown at most once, everything else not at all. Then repeats what has a key (of
     * what was created one in eight), and checks that it is stored once.
     */
    void check(List<Answer> answers) {
        Map<String, Integer> stored = quizResponsesByEmail();
        for (Answer answer : answers) {
            Integer quizzes = stored.get(answer.request().email());
            if (answer.isCreated()) {
                assertThat(quizzes).as("acknowledged: %s", answer).isEqualTo(1);
            } else if (answer.isUnknown()) {
                assertThat(quizzes).as("unknown: %s", answer).isIn(null, 1);
            } else {
                assertThat(quizzes).as("refused: %s", answer).isNull();
            }
        }
        List<Answer> repeated = answers.stream()
                .filter(answer -> !answer.request().key().isEmpty())
                .filter(answer -> !answer.isCreated() || answer.request().key().charAt(0) % 8 == 0)
                .toList();
        for (Answer answer : repeated) {
            HttpResponse<String> again = post(answer.request());
            assertThat(again.statusCode()).isEqualTo(201);
            if (answer.isCreated()) {
                assertThat(again.body()).isEqualTo(answer.body());
                assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            }
        }
        Map<String, Integer> settled = quizResponsesByEmail();
        assertThat(repeated)
                .allSatisfy(answer ->
                        assertThat(settled.get(answer.request().email())).isEqualTo(1));
    }

    private Map<String, Integer> quizResponsesByEmail() {
        return database.jdbi().withHandle(handle -> handle.createQuery("""
                        SELECT email, count(quiz_responses.id)::int AS quizzes
                        FROM users LEFT JOIN quiz_responses ON user_id = users.id GROUP BY users.id
                        """)
                .map(row -> Map.entry(row.getColumn("email", String.class), row.getColumn("quizzes", Integer.class)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** How many answers have which status. */
    static String summary(List<Answer> answers) {
        return answers.stream()
                .collect(Collectors.groupingBy(Answer::status, TreeMap::new, Collectors.counting()))
                .toString();
    }

    /** The share of those that were created. */
    static double created(List<Answer> answers) {
        return (double) answers.stream().filter(Answer::isCreated).count() / answers.size();
    }

    /** Adds the answers to the scenario's row of the table of faults. */
    static synchronized void report(String scenario, List<Answer> answers) {
        List<Answer> all = REPORTED.computeIfAbsent(scenario, any -> new ArrayList<>());
        all.addAll(answers);
        int created = (int) all.stream().filter(Answer::isCreated).count();
        int unknown = (int) all.stream().filter(Answer::isUnknown).count();
        ScenarioTable.row(scenario, all.size(), created, all.size() - created - unknown, unknown);
    }
}
