package com.ketomealplan.scenario;

import static com.ketomealplan.scenario.HonestService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.TableLock;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A server that neither answers nor ends its connections costs the requests that meet it their time, and nobody else. All
 * methods share one service, whose database is up when they begin.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestInSilenceTest {

    private HonestService honest;

    @BeforeAll
    void start() throws Exception {
        honest = new HonestService(ConfigOverride.config("database.unitOfWork.deadline", "2s"));
    }

    @AfterAll
    void stop() throws Exception {
        honest.close();
    }

    @BeforeEach
    void recover() {
        honest.recover();
    }

    /** A black hole for all packets: the first requests lose their time, the next ones know. */
    @Test
    void aDatabaseThatNobodyHearsOfIsDownForThoseWhoComeLater() {
        honest.proxy().stall(true);
        honest.proxy().stallConnects(true);
        assertThat(honest.read().statusCode()).isEqualTo(504);
        await().atMost(PATIENCE).until(() -> honest.read().statusCode() == 503);
        assertThat(honest.state()).isEqualTo("down");

        long waitedInVain = honest.service().gauge("pool.database.timeouts");
        assertThat(Clients.atOnce(50, honest::read))
                .extracting(HttpResponse::statusCode)
                .containsOnly(503);
        assertThat(honest.service().gauge("pool.database.timeouts")).isEqualTo(waitedInVain);

        honest.proxy().stallConnects(false);
        honest.proxy().stall(false);
        await().atMost(PATIENCE).until(() -> honest.read().statusCode() == 404);
        assertThat(honest.changes()).endsWith("down", "up");
    }

    /**
     * Their sockets stay open and their server takes new connections, so that nothing but silence tells. All requests begin
     * together: who waited for one that hangs would end with it.
     */
    @Test
    void backendsThatHangCostTheRequestsThatMeetThemAndNobodyElse() throws Exception {
        await().atMost(PATIENCE).until(this::openTwoConnections);
        List<Integer> backends = honest.database().sessionIds();
        try {
            signal("STOP", backends);
            List<HttpResponse<String>> answers = Clients.atOnce(6, honest::read);

            assertThat(answers)
                    .extracting(HttpResponse::statusCode)
                    .containsExactlyInAnyOrder(504, 504, 404, 404, 404, 404);
            assertThat(honest.read().statusCode()).isEqualTo(404);
        } finally {
            signal("CONT", backends);
        }
    }

    /** One statement that is not answered is no outage, and nobody is told that the database sleeps. */
    @Test
    void aMissedDeadlineWhoseCancelIsNotAnsweredIsOneLine() throws Exception {
        honest.database().terminateSessions();
        honest.recover();
        List<Integer> backends = honest.database().sessionIds();
        assertThat(backends).hasSize(1);
        try (LoggedLines log = LoggedLines.of("com.ketomealplan")) {
            signal("STOP", backends);

            assertThat(honest.read().statusCode()).isEqualTo(504);

            assertThat(honest.state()).isEqualTo("up");
            assertThat(honest.read().statusCode()).isEqualTo(404);
            assertThat(log.all().stream().filter(line -> !line.startsWith("Slow statement")))
                    .singleElement()
                    .asString()
                    .matches(
                            "Unit of work failed \\(TIMEOUT, ROLLED_BACK\\): the connection was closed: its deadline of 2000 ms"
                                    + " has passed, and the server has not answered its statement, which was cancelled, within \\d+ ms;"
                                    + " of its 2000 ms: .* in UserDao\\.find.*");
        } finally {
            signal("CONT", backends);
        }
        assertThat(honest.changes()).isEmpty();
    }

    /**
     * By two requests that are held back, so that neither can have the connection of the other. Returns false if a busy machine took longer
     * than their deadline.
     */
    private boolean openTwoConnections() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> reads;
        try (TableLock users = TableLock.on(honest.database(), "users")) {
            reads = Clients.start(2, honest::read);
            await().atMost(PATIENCE)
                    .until(() -> users.waiters() == 2 || reads.stream().allMatch(CompletableFuture::isDone));
        }
        Clients.join(reads);
        return honest.database().sessionIds().size() == 2;
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
