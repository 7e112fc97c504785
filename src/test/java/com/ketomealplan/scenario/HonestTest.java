package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** The service says how its database is, without asking it, and says no at once where it knows that it is down. */
class HonestTest {

    private final TestDatabase database = TestDatabase.migrated();
    private final ListAppender<ILoggingEvent> changes = new ListAppender<>();
    private NeonProxy proxy;
    private TestService service;

    @BeforeEach
    void start() throws Exception {
        proxy = NeonProxy.before(database);
        service = TestService.at(proxy.url(database), ConfigOverride.config("database.healthMode", "passive"));
        changes.start();
        Logger logger = (Logger) LoggerFactory.getLogger(DatabaseState.class);
        logger.setLevel(Level.INFO);
        logger.addAppender(changes);
    }

    @AfterEach
    void stop() throws Exception {
        service.stop();
        proxy.close();
    }

    private HttpResponse<String> read() {
        return service.get("/users/" + UUID.randomUUID());
    }

    private String state() {
        return TestService.json(service.get("/health"))
                .at("/components/database/state")
                .asText();
    }

    private List<String> changes() {
        synchronized (changes) {
            return changes.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .map(line -> line.replaceAll("The database is (\\w+),.*", "$1"))
                    .toList();
        }
    }

    @Test
    void aDatabaseThatIsGoneIsAnsweredForAtOnceAndNobodyHasToAskForItsReturn() {
        assertThat(read().statusCode()).isEqualTo(404);
        proxy.go(true);
        assertThat(read().statusCode()).isEqualTo(503);
        int probed = proxy.connects();

        for (int i = 0; i < 500; i++) {
            HttpResponse<String> refused = read();
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(TestService.json(refused).get("type").asText())
                    .isEqualTo("urn:problem-type:database-unavailable");
        }

        assertThat(proxy.connects() - probed).isLessThan(100); // of the gate's, not of the callers
        assertThat(state()).isEqualTo("down");
        assertThat(service.get("/health").statusCode()).isEqualTo(503);
        assertThat(service.admin("/healthcheck").statusCode()).isEqualTo(500);
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);
        proxy.go(false);
        await().until(() -> state().equals("up")); // although only health was asked for
        assertThat(read().statusCode()).isEqualTo(404);
        assertThat(changes()).containsExactly("up", "down", "up");
    }

    /** A black hole for all packets: the first requests lose their time, the next ones know. */
    @Test
    void aDatabaseThatNobodyHearsOfIsDownForThoseWhoComeLater() {
        assertThat(read().statusCode()).isEqualTo(404);
        proxy.stall(true);
        proxy.stallConnects(true);
        assertThat(read().statusCode()).isEqualTo(504);
        assertThat(read().statusCode()).isEqualTo(503);
        assertThat(state()).isEqualTo("down");

        long waited = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThat(read().statusCode()).isEqualTo(503);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - waited))
                .isLessThan(Duration.ofSeconds(50)); // a deadline is 5 s
        proxy.stallConnects(false);
        proxy.stall(false);
        await().until(() -> read().statusCode() == 404);
    }

    @Test
    void aComputeThatWakesIsNotDown() {
        proxy.wake(Duration.ofSeconds(2));
        CompletableFuture<HttpResponse<String>> first = CompletableFuture.supplyAsync(this::read);

        await().until(() -> state().equals("waking"));
        assertThat(service.get("/health").statusCode()).isEqualTo(200);
        assertThat(service.get("/readyz").statusCode()).isEqualTo(200);

        assertThat(first.join().statusCode()).isEqualTo(404);
        assertThat(state()).isEqualTo("up");
        assertThat(changes()).containsExactly("waking", "up");
    }

    /** Those who waited for its wake are many, and are served within a moment: that is not too small a pool. */
    @Test
    void aWakeThatManyWaitForIsNotAPoolInStrain() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(40);
        proxy.wake(Duration.ofSeconds(2));

        List<Future<HttpResponse<String>>> answers = clients.invokeAll(Collections.nCopies(40, this::read));

        for (Future<HttpResponse<String>> answer : answers) {
            assertThat(answer.get().statusCode()).isEqualTo(404);
        }
        assertThat(state()).isEqualTo("up");
        assertThat(changes()).containsExactly("waking", "up");
        assertThat(service.admin("/metrics/prometheus").body()).contains("neon_cold_start_seconds_count 1");
        clients.shutdown();
    }

    /** By reading what the server has said on a connection that nobody uses. */
    @Test
    void aServerThatHasEndedItsConnectionsIsNotSaidToBeConnected() {
        assertThat(read().statusCode()).isEqualTo(404);
        assertThat(state()).isEqualTo("up");
        proxy.suspend();

        await().until(() -> state().equals("asleep"));
        assertThat(service.gauge("pool.database.size")).isZero();
        assertThat(proxy.connects()).isEqualTo(1);
        assertThat(read().statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource(
            value = Action.class,
            names = {"GARBLE", "TRUNCATE"})
    void aServerThatTalksNonsenseIsLeftAtOnce(Action action) {
        assertThat(read().statusCode()).isEqualTo(404);
        AtomicBoolean done = new AtomicBoolean();
        proxy.intercept((connection, direction, type, body) ->
                direction == Direction.FROM_SERVER && type == 'T' && done.compareAndSet(false, true)
                        ? action
                        : Action.PASS);

        assertThat(read().statusCode()).isEqualTo(404); // by another connection

        assertThat(done).isTrue();
        assertThat(proxy.connects()).isEqualTo(2);
    }

    /** Their sockets stay open and their server takes new connections, so that nothing but silence tells. */
    @Test
    void backendsThatHangCostTheRequestsThatMeetThemAndNobodyElse() throws Exception {
        assertThat(read().statusCode()).isEqualTo(404);
        List<Integer> backends = database.sessionIds();
        try {
            signal("STOP", backends);
            List<CompletableFuture<HttpResponse<String>>> reads = Stream.generate(
                            () -> CompletableFuture.supplyAsync(this::read))
                    .limit(4)
                    .toList();
            reads.forEach(CompletableFuture::join);
            assertThat(read().statusCode()).isEqualTo(404);
            assertThat(reads.stream().filter(read -> read.join().statusCode() != 404))
                    .hasSizeLessThanOrEqualTo(backends.size());
        } finally {
            signal("CONT", backends);
        }
    }

    private static void signal(String signal, List<Integer> processes) throws Exception {
        for (int process : processes) {
            assertThat(new ProcessBuilder("kill", "-" + signal, Integer.toString(process))
                            .start()
                            .waitFor())
                    .isZero();
        }
    }
}
