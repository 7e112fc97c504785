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
 * The requests of a training: reads and writes, with and without keys, invalid requests, probes, scrapes, and the pages. There are enough
 * reads and writes for the JVM to profile the methods that are worth compiling.
 */
final class Workload {

    private static final int CLIENTS = 8;
    private static final int READS_PER_ROUND = 12;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

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
    private final AtomicInteger responses = new AtomicInteger();
    private final String application;
    private final String admin;
    private final String token;

    Workload(int applicationPort, int adminPort, String token) {
        this.application = "http://127.0.0.1:" + applicationPort;
        this.admin = "http://127.0.0.1:" + adminPort;
        this.token = token;
    }

    /** Sends the requests, and returns how many were answered. */
    int run(TrainedProcess service, int rounds) throws TrainingException, IOException, InterruptedException {
        awaitStart(service);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(clients.submit(client(service, rounds)));
            }
            for (Future<Void> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            service.requireAlive();
            throw new TrainingException("train: a request to the service failed: " + e.getCause());
        } finally {
            clients.shutdownNow();
        }
        return responses.get();
    }

    private void awaitStart(TrainedProcess service) throws TrainingException, IOException, InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            service.requireAlive();
            try {
                if (get(application + "/health?probe=true").statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // it does not listen yet
            }
            Thread.sleep(100);
        }
        throw new TrainingException(
                "train: the service is not healthy; does its configuration take its port from PORT?");
    }

    private Callable<Void> client(TrainedProcess service, int rounds) {
        return () -> {
            for (int i = 0; i < rounds; i++) {
                service.requireAlive();
                round(i % 10 == 0);
            }
            return null;
        };
    }

    private void round(boolean withPages) throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        String user = idOf(write("POST", "/users", JSON, withEmail("{%s}")));
        for (int i = 0; i < READS_PER_ROUND; i++) {
            get(application + "/users/" + user);
        }
        write("PATCH", "/users/" + user, "application/merge-patch+json", withEmail("{%s}"));
        String quiz = idOf(write("POST", "/users/" + user + "/quiz-responses", JSON, QUIZ));
        get(application + "/users/" + user + "/quiz-responses/" + quiz);
        get(application + "/users/" + user + "/quiz-responses");
        String both = withEmail(QUIZ.replaceFirst("\\{", "{%s, "));
        String other = idOf(write("POST", "/complex-operation", JSON, both, "Idempotency-Key", key));
        write("POST", "/complex-operation", JSON, both, "Idempotency-Key", key);
        write("POST", "/complex-operation", JSON, both);
        if (withPages) {
            invalidRequests(user);
            for (String page : PAGES) {
                get(application + page, "If-None-Match", "\"1\"");
            }
            for (String page : ADMIN_PAGES) {
                get(admin + page, "Authorization", "Bearer " + token);
                get(application + "/admin" + page, "Authorization", "Bearer " + token);
            }
        }
        write("DELETE", "/users/" + user, JSON, "");
        write("DELETE", "/users/" + other, JSON, "");
    }

    private void invalidRequests(String user) throws IOException, InterruptedException {
        write("POST", "/users", JSON, "{");
        write("POST", "/users", JSON, "{\"email\": 1, \"name\": \"\"}");
        write("POST", "/users", "text/plain", "{}");
        write("POST", "/users", JSON, withEmail("{%s}"), "Idempotency-Key", "");
        write("POST", "/users/" + user, JSON, "{}");
        write("PATCH", "/users/" + user, "application/merge-patch+json", withEmail("{%s}"), "If-Match", "\"0\"");
        get(admin + "/");
    }

    private static String withEmail(String json) {
        return json.formatted("\"email\": \"%s@example.org\"".formatted(UUID.randomUUID()));
    }

    private static String idOf(HttpResponse<String> response) {
        Matcher id = ID.matcher(response.body());
        return id.find() ? id.group(1) : new UUID(0, 0).toString();
    }

    private HttpResponse<String> get(String address, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address)), headers);
    }

    private HttpResponse<String> write(String method, String path, String type, String body, String... headers)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(application + path))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", type),
                headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder complete = headers.length == 0 ? request : request.headers(headers);
        HttpResponse<String> response =
                http.send(complete.timeout(REQUEST_TIMEOUT).build(), BodyHandlers.ofString());
        responses.incrementAndGet();
        return response;
    }
}
