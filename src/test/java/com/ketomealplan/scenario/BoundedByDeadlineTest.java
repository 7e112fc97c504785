package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.PgBouncer;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request ends at its deadline, whatever it waits for. */
@Needs(Program.PGBOUNCER)
class BoundedByDeadlineTest {

    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** Generous, because machines are slow: what is tested is that nothing waits for the obstacle to go away. */
    private static final Duration AT_MOST = Duration.ofSeconds(4);

    private final TestDatabase database = TestDatabase.migrated();
    private PgBouncer pooler;
    private NeonProxy proxy;
    private TestService service;

    private void start(boolean throughPooler) throws Exception {
        if (throughPooler) {
            pooler = PgBouncer.before(database, 10);
        }
        proxy = throughPooler ? NeonProxy.before(pooler) : NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.unitOfWork.deadline", "1s"),
                ConfigOverride.config("database.pooledEndpoint", Boolean.toString(throughPooler)));
        assertThat(post("first").statusCode()).isEqualTo(201);
    }

    @AfterEach
    void stop() throws Exception {
        service.stop();
        proxy.close();
        if (pooler != null) {
            pooler.close();
        }
    }

    private HttpResponse<String> post(String name) {
        return service.post("/complex-operation", "{\"email\":\"%s@example.com\",\"quiz_data\":{}}".formatted(name));
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    private static void isTimeout(HttpResponse<String> answer, long begunNanos) {
        assertThat(Duration.ofNanos(System.nanoTime() - begunNanos)).isBetween(DEADLINE.minusMillis(50), AT_MOST);
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body())
                .contains("The database did not answer in time.")
                .contains("\"type\":\"urn:problem-type:deadline-exceeded\"")
                .contains("\"retryable\":true");
    }

    @ParameterizedTest(name = "pooler: {0}")
    @ValueSource(booleans = {false, true})
    void aStatementThatWaitsForALockIsCancelled(boolean throughPooler) throws Exception {
        start(throughPooler);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");

            long begun = System.nanoTime();
            isTimeout(read(), begun);
            long again = System.nanoTime();
            HttpResponse<String> write = post("second");
            isTimeout(write, again);
            assertThat(write.body()).contains("Nothing of the request is stored.");
            Awaitility.await().atMost(AT_MOST).until(() -> database.lockWaiters() == 0); // also at the server
        }

        assertThat(read().statusCode()).isEqualTo(404);
        assertThat(database.count("users")).isEqualTo(1);
    }

    @ParameterizedTest(name = "pooler: {0}")
    @ValueSource(booleans = {false, true})
    void aConnectionThatHasGoneSilentIsClosed(boolean throughPooler) throws Exception {
        start(throughPooler);
        proxy.stall(true);

        long begun = System.nanoTime();
        isTimeout(read(), begun);

        proxy.stall(false);
        assertThat(read().statusCode()).isEqualTo(404);
    }

    @ParameterizedTest(name = "pooler: {0}")
    @ValueSource(booleans = {false, true})
    void theServerKnowsTheDeadlineToo(boolean throughPooler) throws Exception {
        start(throughPooler);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE users");
            service.get("/users/" + UUID.randomUUID());
            proxy.stall(true); // no cancellation gets through
            read();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> database.lockWaiters() == 0);
        }
        proxy.stall(false);
    }
}
