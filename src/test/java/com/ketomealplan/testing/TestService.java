package com.ketomealplan.testing;

import com.codahale.metrics.health.HealthCheck.Result;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.KetoMealPlanApplication;
import com.ketomealplan.KetoMealPlanConfiguration;
import io.dropwizard.core.Application;
import io.dropwizard.testing.ConfigOverride;
import io.dropwizard.testing.DropwizardTestSupport;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.eclipse.jetty.server.AbstractConnector;

/**
 * The service inside the test's JVM, on free ports, with the {@code config.yml} that ships. What it answers on the application's port
 * is held against its document ({@link Contract}).
 */
public final class TestService {

    private static final ObjectMapper JSON = new ObjectMapper();

    private HttpClient client = HttpClient.newHttpClient();
    private final DropwizardTestSupport<KetoMealPlanConfiguration> support;
    private final boolean documented;

    private TestService(DropwizardTestSupport<KetoMealPlanConfiguration> support, boolean documented) {
        this.support = support;
        this.documented = documented;
    }

    public static TestService on(TestDatabase database, ConfigOverride... settings) {
        return at(database.url(), settings);
    }

    public static TestService at(String url, ConfigOverride... settings) {
        return of(KetoMealPlanApplication.class, url, settings);
    }

    /** Another service with the same configuration. */
    public static TestService of(
            Class<? extends Application<KetoMealPlanConfiguration>> application,
            String url,
            ConfigOverride... settings) {
        List<ConfigOverride> all = new ArrayList<>(List.of(settings));
        all.add(ConfigOverride.config("database.url", url));
        all.add(ConfigOverride.config("logging.level", "WARN"));
        return started(application, "config.yml", Stream.concat(all.stream(), Stream.of(ConfigOverride.randomPorts())));
    }

    public static TestService serverless(TestDatabase database, ConfigOverride... settings) {
        return started(
                KetoMealPlanApplication.class,
                "config-serverless.yml",
                Stream.concat(
                        Stream.of(settings),
                        Stream.of(
                                ConfigOverride.config("database.url", database.url()),
                                ConfigOverride.config("logging.level", "WARN"),
                                ConfigOverride.config("server.connector.port", "0"))));
    }

    private static TestService started(
            Class<? extends Application<KetoMealPlanConfiguration>> application,
            String file,
            Stream<ConfigOverride> settings) {
        DropwizardTestSupport<KetoMealPlanConfiguration> support =
                new DropwizardTestSupport<>(application, file, settings.toArray(ConfigOverride[]::new));
        try {
            support.before();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        try {
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> knowsItsDatabase(support));
        } catch (RuntimeException | Error e) {
            support.after();
            throw e;
        }
        return new TestService(support, application == KetoMealPlanApplication.class);
    }

    private static boolean knowsItsDatabase(DropwizardTestSupport<?> support) {
        Result readiness = support.getEnvironment().healthChecks().runHealthCheck("readiness");
        return !String.valueOf(readiness.getMessage()).contains("for the first time");
    }

    /** Stops it. An idle connection of a client's holds up its server for a tenth of a second, in the place of one. */
    public void stop() {
        Stream.of(support.getEnvironment().getApplicationContext().getServer().getConnectors())
                .filter(AbstractConnector.class::isInstance)
                .map(AbstractConnector.class::cast)
                .forEach(connector -> connector.setShutdownIdleTimeout(100));
        support.after();
    }

    /** Uses no connection again that the service may be closing. */
    public void reconnect() {
        client = HttpClient.newHttpClient();
    }

    public HttpResponse<String> get(String path) {
        return send("GET", path, null);
    }

    public HttpResponse<String> post(String path, String json) {
        return send("POST", path, json, "Content-Type", "application/json");
    }

    public HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpResponse<String> answer = exchange(support.getLocalPort(), method, path, body, headers);
        if (documented) {
            Contract.ofService().check(answer);
        }
        return answer;
    }

    /** The classes of JAX-RS that it serves. */
    public Set<Class<?>> resources() {
        return support.getEnvironment().jersey().getResourceConfig().getClasses().stream()
                .filter(type -> type.isAnnotationPresent(Path.class))
                .collect(Collectors.toUnmodifiableSet());
    }

    public HttpResponse<String> admin(String path, String... headers) {
        return exchange(support.getAdminPort(), "GET", path, null, headers);
    }

    public URI uri(String path) {
        return URI.create("http://localhost:" + support.getLocalPort() + path);
    }

    public URI adminUri(String path) {
        return URI.create("http://localhost:" + support.getAdminPort() + path);
    }

    private HttpResponse<String> exchange(int port, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A gauge at the admin port. */
    public long gauge(String name) {
        return json(admin("/metrics")).get("gauges").get(name).get("value").asLong();
    }

    public static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
