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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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

    /** One error in so many responses is accepted: on a busy machine a deadline may pass. */
    private static final int RESPONSES_PER_ERROR = 10;

    /** The number of responses from which the share of errors is checked. */
    private static final int MIN_RESPONSES = 100;

    private static final int SHOWN_CHARACTERS = 200;
    private static final int OK = 200;
    private static final int INTERNAL_SERVER_ERROR = 500;

    private static final String HEALTH = "/health?probe=true";

    private static final Pattern ID = Pattern.compile("\"(?:id|user_id)\": ?\"([0-9a-f-]{36})\"");
    private static final String JSON = "application/json";
    private static final String QUIZ = """
            {"quiz_data": {"goal": "energy", "age": 41, "diet": ["keto", "no nuts"], "sleep": 7.5, "active": true}}""";

    private static final List<String> PAGES = List.of(
            "/health",
            HEALTH,
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
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicReference<String> firstError = new AtomicReference<>();
    private final String application;
    private final String admin;
    private final String token;

    Workload(int applicationPort, int adminPort, String token) {
        this.application = "http://127.0.0.1:" + applicationPort;
        this.admin = "http://127.0.0.1:" + adminPort;
        this.token = token;
    }

    /**
     * Sends the requests, and returns how many were answered.
     *
     * @throws TrainingException if too many of the responses are errors: the profile would not be that of a service at work
     */
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
            if (e.getCause() instanceof TrainingException known) {
                throw known;
            }
            throw new TrainingException("train: a request to the service failed: " + e.getCause());
        } finally {
            clients.shutdownNow();
        }
        requireServed(1);
        return responses.get();
    }

    private void awaitStart(TrainedProcess service) throws TrainingException, IOException, InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            service.requireAlive();
            try {
                HttpResponse<String> health = get(application + HEALTH);
                if (health.statusCode() == OK) {
                    resetErrors();
                    return;
                }
                if (health.statusCode() <= INTERNAL_SERVER_ERROR) { // others are of a database that is not ready yet
                    throw new TrainingException("train: the service does not say how it is: " + describe(health));
                }
            } catch (IOException e) {
                // it does not listen yet
            }
            Thread.sleep(100);
        }
        throw new TrainingException("train: the service is not healthy"
                + Optional.ofNullable(firstError.get())
                        .map(error -> ": " + error)
                        .orElse("; does its configuration take its port from PORT?"));
    }

    /** Errors before the service was healthy do not count. */
    private void resetErrors() {
        errors.set(0);
        firstError.set(null);
    }

    private void requireServed(int minResponses) throws TrainingException {
        int all = responses.get();
        int wrong = errors.get();
        if (all >= minResponses && wrong > all / RESPONSES_PER_ERROR) {
            throw new TrainingException(
                    "train: the service has answered %d of %d requests with errors, the first one: %s"
                            .formatted(wrong, all, firstError.get()));
        }
    }

    private Callable<Void> client(TrainedProcess service, int rounds) {
        return () -> {
            for (int i = 0; i < rounds; i++) {
                service.requireAlive();
                round(i % 10 == 0);
                requireServed(MIN_RESPONSES);
            }
            return null;
        };
    }

    private void round(boolean withPages) throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        String user = idOf(served(write("POST", "/users", JSON, withEmail("{%s}"))));
        for (int i = 0; i < READS_PER_ROUND; i++) {
            served(get(application + "/users/" + user));
        }
        served(write("PATCH", "/users/" + user, "application/merge-patch+json", withEmail("{%s}")));
        String quiz = idOf(served(write("POST", "/users/" + user + "/quiz-responses", JSON, QUIZ)));
        served(get(application + "/users/" + user + "/quiz-responses/" + quiz));
        served(get(application + "/users/" + user + "/quiz-responses"));
        String both = withEmail(QUIZ.replaceFirst("\\{", "{%s, "));
        String other = idOf(served(write("POST", "/complex-operation", JSON, both, "Idempotency-Key", key)));
        served(write("POST", "/complex-operation", JSON, both, "Idempotency-Key", key));
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
        served(write("DELETE", "/users/" + user, JSON, ""));
        served(write("DELETE", "/users/" + other, JSON, ""));
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
        if (response.statusCode() >= INTERNAL_SERVER_ERROR) {
            countError(response);
        }
        return response;
    }

    /** Counts the refusal of a valid request as an error too. */
    private HttpResponse<String> served(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2 && response.statusCode() < INTERNAL_SERVER_ERROR) {
            countError(response);
        }
        return response;
    }

    private void countError(HttpResponse<String> response) {
        errors.incrementAndGet();
        firstError.compareAndSet(null, describe(response));
    }

    private static String describe(HttpResponse<String> response) {
        String body = response.body().replaceAll("\\s+", " ");
        return "%d to %s %s, with the body: %s"
                .formatted(
                        response.statusCode(),
                        response.request().method(),
                        response.request().uri().getPath(),
                        body.substring(0, Math.min(body.length(), SHOWN_CHARACTERS)));
    }
}
