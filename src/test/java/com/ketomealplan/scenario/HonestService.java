package com.ketomealplan.scenario;

import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A service whose health checks ask nothing, behind a proxy, with what it says of its database. */
final class HonestService implements AutoCloseable {

    /** What has to happen may take so long on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.migrated();
    private final NeonProxy proxy = NeonProxy.before(database);
    private final TestService service;
    private final LoggedLines changes;

    HonestService(ConfigOverride... settings) throws IOException {
        ConfigOverride passive = ConfigOverride.config("database.healthMode", "passive");
        service = TestService.at(
                proxy.url(database),
                Stream.concat(Stream.of(settings), Stream.of(passive)).toArray(ConfigOverride[]::new));
        changes = LoggedLines.of(DatabaseState.class);
    }

    @Override
    public void close() throws IOException {
        changes.close();
        service.stop();
        proxy.close();
    }

    TestDatabase database() {
        return database;
    }

    NeonProxy proxy() {
        return proxy;
    }

    TestService service() {
        return service;
    }

    /** Takes all faults away and has the database up, as far as the service knows; forgets the changes until now. */
    void recover() {
        proxy.intercept((connection, direction, type, body) -> Action.PASS);
        proxy.go(false);
        proxy.stallConnects(false);
        proxy.stall(false);
        await().atMost(PATIENCE).until(() -> read().statusCode() == 404 && state().equals("up"));
        changes.clear();
    }

    /** A request for a user who does not exist: 404 if the database has said so. One without an end fails the test. */
    HttpResponse<String> read() {
        return Clients.async(() -> service.get("/users/" + UUID.randomUUID()))
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** As {@code /health} has it. */
    String state() {
        return health("state");
    }

    /** Since when it is in that state. */
    Instant since() {
        return Instant.parse(health("since"));
    }

    private String health(String field) {
        return TestService.json(service.get("/health"))
                .at("/components/database/" + field)
                .asText();
    }

    /** Returns the states that were logged since {@link #recover()}. */
    List<String> changes() {
        return changes.all().stream()
                .map(line -> line.replaceAll("Database state: [\\w ]+ -> ([\\w ]+) \\(.*", "$1"))
                .toList();
    }
}
