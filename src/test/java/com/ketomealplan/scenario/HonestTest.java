package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestService;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The service says how its database is, without asking it, and says no at once where it knows that it is down. All methods
 * share one service, whose database is up when they begin.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestTest {

    private HonestService honest;

    @BeforeAll
    void start() throws Exception {
        honest = new HonestService();
    }

    @AfterAll
    void stop() throws Exception {
        honest.close();
    }

    @BeforeEach
    void recover() {
        honest.recover();
    }

    @Test
    void aDatabaseThatIsGoneIsAnsweredForAtOnceAndNobodyHasToAskForItsReturn() {
        int callers = 300;
        honest.proxy().go(true);
        assertThat(honest.read().statusCode()).isEqualTo(503);
        int connects = honest.proxy().connects();

        for (int i = 0; i < callers; i++) {
            HttpResponse<String> refused = honest.read();
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(TestService.json(refused).get("type").asText())
                    .isEqualTo("urn:problem-type:database-unavailable");
        }

        assertThat(honest.proxy().connects() - connects).isLessThan(callers); // the probes'
        assertThat(honest.state()).isEqualTo("down");
        assertThat(honest.service().get("/health").statusCode()).isEqualTo(503);
        assertThat(honest.service().admin("/healthcheck").statusCode()).isEqualTo(500);
        assertThat(honest.service().get("/readyz").statusCode()).isEqualTo(200);
        honest.proxy().go(false);
        await().until(() -> honest.state().equals("up")); // although only health was asked for
        assertThat(honest.read().statusCode()).isEqualTo(404);
        // Between the loss of a connection and the next attempt the readiness check may find it asleep
        assertThat(honest.changes()).endsWith("down", "up");
    }

    /** By reading what the server has said on a connection that nobody uses. */
    @Test
    void aServerThatHasEndedItsConnectionsIsNotSaidToBeConnected() {
        int connects = honest.proxy().connects();
        honest.proxy().suspend();

        await().until(() -> honest.state().equals("asleep"));
        assertThat(honest.service().gauge("pool.database.size")).isZero();
        assertThat(honest.proxy().connects()).isEqualTo(connects);
        assertThat(honest.read().statusCode()).isEqualTo(404);
        assertThat(honest.changes()).containsExactly("not in use", "up");
    }

    /** Else the request would wait for the rest of the message, and end at its deadline. */
    @ParameterizedTest
    @EnumSource(
            value = Action.class,
            names = {"GARBLE", "TRUNCATE"})
    void aServerThatTalksNonsenseIsLeftAtOnce(Action action) {
        int connects = honest.proxy().connects();
        AtomicBoolean done = new AtomicBoolean();
        honest.proxy()
                .intercept((connection, direction, type, body) ->
                        direction == Direction.FROM_SERVER && type == 'T' && done.compareAndSet(false, true)
                                ? action
                                : Action.PASS);

        assertThat(honest.read().statusCode()).isEqualTo(404); // by another connection

        assertThat(done).isTrue();
        assertThat(honest.proxy().connects()).isEqualTo(connects + 1);
    }
}
