package com.ketomealplan.training;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a service is asked: reads and writes, with keys and without, what is wrong in each way, probes, scrapes, and the pages.
 * Enough of the reads and writes for the JVM to know which methods are worth compiling, and how.
 */
final class Lessons {

    private static final int CLIENTS = 8;
    private static final int READS_OF_A_ROUND = 12;
    private static final Duration FOR_AN_ANSWER = Duration.ofSeconds(60);
    private static final Duration FOR_THE_START = Duration.ofMinutes(5);

    private static final Pattern ID = Pattern.compile("\"(?:id|user_id)\": ?\"([0-9a-f-]{36})\"");
    private static final String JSON = "application/json";
    private static final String QUIZ = """
            {"quiz_data": {"goal": "energy", "age": 41, "diet": ["keto", "no nuts"], "sleep": 7.5, "active": true}}""";

    private static final List<String> PAGES = List.of(
            "/health",
            "/health?probe=true",
            "/livez",
            "/readyz",
            "/startupz",
            "/health-check?type=ready",
            "/users",
            "/users?limit=2",
            "/users/" + new UUID(0, 0),
            "/users/nobody",
            "/nowhere",
            "/openapi.json",
            "/docs");

    private static final List<String> ADMIN_PAGES = List.of(
            "/metrics/prometheus",
            "/metrics",
            "/",
            "/healthcheck",
            "/statements",
            "/connections",
            "/ledger",
            "/readyz");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger answers = new AtomicInteger();
    private final String application;
    private final String admin;
    private final String token;

    Lessons(int applicationPort, int adminPort, String token) {
        this.application = "http://127.0.0.1:" + applicationPort;
        this.admin = "http://127.0.0.1:" + adminPort;
        this.token = token;
    }

    /** Returns how many requests were answered. */
    int give(Pupil pupil, int rounds) throws TrainingException, IOException, InterruptedException {
        awaitStart(pupil);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(clients.submit(client(pupil, rounds)));
            }
            for (Future<Void> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            pupil.requireAlive();
            throw new TrainingException("train: the service was asked in vain: " + e.getCause());
        } finally {
            clients.shutdownNow();
        }
        return answers.get();
    }

    private void awaitStart(Pupil pupil) throws TrainingException, IOException, InterruptedException {
        long deadline = System.nanoTime() + FOR_THE_START.toNanos();
        while (System.nanoTime() - deadline < 0) {
            pupil.requireAlive();
            try {
                if (get(application + "/health?probe=true").statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // not yet
            }
            Thread.sleep(100);
        }
        throw new TrainingException(
                "train: the service is not healthy; does its configuration take its port from PORT?");
    }

    private Callable<Void> client(Pupil pupil, int rounds) {
        return () -> {
            for (int i = 0; i < rounds; i++) {
                pupil.requireAlive();
                round(i % 10 == 0);
            }
            return null;
        };
    }

    private void round(boolean withPages) throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        String user = idIn(writing("POST", "/users", JSON, emailed("{%s}")));
        for (int i = 0; i < READS_OF_A_ROUND; i++) {
            get(application + "/users/" + user);
        }
        writing("PATCH", "/users/" + user, "application/merge-patch+json", emailed("{%s}"));
        String quiz = idIn(writing("POST", "/users/" + user + "/quiz-responses", JSON, QUIZ));
        get(application + "/users/" + user + "/quiz-responses/" + quiz);
        get(application + "/users/" + user + "/quiz-responses");
        String both = emailed(QUIZ.replaceFirst("\\{", "{%s, "));
        String other = idIn(writing("POST", "/complex-operation", JSON, both, "Idempotency-Key", key));
        writing("POST", "/complex-operation", JSON, both, "Idempotency-Key", key);
        writing("POST", "/complex-operation", JSON, both);
        if (withPages) {
            mistakes(user);
            for (String page : PAGES) {
                get(application + page, "If-None-Match", "\"1\"");
            }
            for (String page : ADMIN_PAGES) {
                get(admin + page, "Authorization", "Bearer " + token);
                get(application + "/admin" + page, "Authorization", "Bearer " + token);
            }
        }
        writing("DELETE", "/users/" + user, JSON, "");
        writing("DELETE", "/users/" + other, JSON, "");
    }

    private void mistakes(String user) throws IOException, InterruptedException {
        writing("POST", "/users", JSON, "{");
        writing("POST", "/users", JSON, "{\"email\": 1, \"name\": \"\"}");
        writing("POST", "/users", "text/plain", "{}");
        writing("POST", "/users", JSON, emailed("{%s}"), "Idempotency-Key", "");
        writing("POST", "/users/" + user, JSON, "{}");
        writing("PATCH", "/users/" + user, "application/merge-patch+json", emailed("{%s}"), "If-Match", "\"0\"");
        get(admin + "/");
    }

    private static String emailed(String json) {
        return json.formatted("\"email\": \"%s@example.org\"".formatted(UUID.randomUUID()));
    }

    private static String idIn(HttpResponse<String> answer) {
        Matcher id = ID.matcher(answer.body());
        return id.find() ? id.group(1) : new UUID(0, 0).toString();
    }

    private HttpResponse<String> get(String address, String... headers) throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(URI.create(address)), headers);
    }

    private HttpResponse<String> writing(String method, String path, String type, String body, String... headers)
            throws IOException, InterruptedException {
        return answer(
                HttpRequest.newBuilder(URI.create(application + path))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", type),
                headers);
    }

    private HttpResponse<String> answer(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder complete = headers.length == 0 ? request : request.headers(headers);
        HttpResponse<String> answer = http.send(complete.timeout(FOR_AN_ANSWER).build(), BodyHandlers.ofString());
        answers.incrementAndGet();
        return answer;
    }
}
