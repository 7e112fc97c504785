package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.web.DatabaseFailureMapper;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A request ends at its deadline, whatever it waits for: in each method the answer is there while the obstacle still is. All
 * methods share one service. Its deadline is half a second; the server's own timeouts, in whole seconds, come later.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BoundedByDeadlineContract {

    /** What has to happen may take so long on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String CANCELLED = "canceling statement due to user request (57014)";

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy proxy;
    private TestService service;
    private LoggedLines failures;

    /** Starts what stands between the service and the database. */
    abstract NeonProxy proxy(TestDatabase target) throws Exception;

    abstract boolean isThroughPooler();

    @BeforeAll
    void start() throws Exception {
        proxy = proxy(database);
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.unitOfWork.deadline", "500ms"),
                ConfigOverride.config("database.pooledEndpoint", Boolean.toString(isThroughPooler())));
        failures = LoggedLines.of(DatabaseFailureMapper.OfJdbi.class.getSuperclass());
    }

    @AfterAll
    void stop() throws Exception {
        failures.close();
        service.stop();
        proxy.close();
    }

    /** The pool has a connection that stands. */
    @BeforeEach
    void recover() {
        proxy.stallConnects(false);
        proxy.stall(false);
        await().atMost(PATIENCE).until(() -> read().statusCode() == 404);
        failures.clear();
    }

    /** A request without an end fails the test and does not hold it up. */
    private static HttpResponse<String> answer(Supplier<HttpResponse<String>> request) {
        return Clients.async(request::get)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private HttpResponse<String> read() {
        return answer(() -> service.get("/users/" + UUID.randomUUID()));
    }

    private HttpResponse<String> post() {
        return answer(() -> service.post("/complex-operation", "{\"email\":\"ada@example.com\",\"quiz_data\":{}}"));
    }

    private static void isTimeout(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body())
                .contains("The database did not answer in time.")
                .contains("\"type\":\"urn:problem-type:deadline-exceeded\"")
                .contains("\"retryable\":true");
    }

    /**
     * Makes a request until the server has said that it was asked to cancel it. On a busy machine that may be too late: then
     * the connection is closed without it.
     */
    private HttpResponse<String> untilCancelled(Supplier<HttpResponse<String>> request) {
        failures.clear();
        return await().atMost(PATIENCE).until(request::get, answer -> failures.contain(CANCELLED));
    }

    /** Makes a request until its statement was sent: on a busy machine the time may be over before that. */
    private HttpResponse<String> untilSent(Supplier<HttpResponse<String>> request) {
        long before = proxy.clientMessages();
        return await().atMost(PATIENCE).until(request::get, answer -> proxy.clientMessages() > before);
    }

    @Test
    void aStatementThatWaitsForALockIsCancelled() throws Exception {
        int before = proxy.cancelRequests();
        try (TableLock lock = TableLock.on(database, "users")) {
            isTimeout(untilCancelled(this::read));
            HttpResponse<String> write = untilCancelled(this::post);
            isTimeout(write);
            assertThat(write.body()).contains("Nothing of the request is stored.");

            assertThat(proxy.cancelRequests()).isGreaterThanOrEqualTo(before + 2);
            await().atMost(PATIENCE).until(() -> lock.waiters() == 0);
        }

        await().atMost(PATIENCE).until(() -> read().statusCode() == 404);
        assertThat(database.count("users")).isZero();
    }

    @Test
    void aConnectionThatHasGoneSilentIsClosed() {
        int logins = proxy.logins();
        proxy.stall(true);

        isTimeout(untilSent(this::read));

        proxy.stall(false);
        await().atMost(PATIENCE).until(() -> read().statusCode() == 404);
        assertThat(proxy.logins()).isGreaterThan(logins);
        await().atMost(PATIENCE).until(() -> proxy.openConnections() == service.gauge("pool.database.size"));
    }

    /** No request to cancel reaches it, nor does the end of the connection tell a backend that waits for a lock. */
    @Test
    void theServerKnowsTheDeadlineToo() throws Exception {
        int cancelRequests = proxy.cancelRequests();
        proxy.stallConnects(true);
        try (TableLock lock = TableLock.on(database, "users")) {
            isTimeout(untilSent(this::read));

            await().atMost(PATIENCE).until(() -> lock.waiters() == 0);
            assertThat(proxy.cancelRequests()).isEqualTo(cancelRequests);
        }
    }
}
