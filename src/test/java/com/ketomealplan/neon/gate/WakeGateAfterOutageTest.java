package com.ketomealplan.neon.gate;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attempts that hang for longer than the outage in which they began: a black hole does not give back what it has swallowed. */
class WakeGateAfterOutageTest {

    private static final Duration LONGEST_PAUSE = Backoff.TRANSIENT.max();

    private final ManualTimer timer = new ManualTimer();
    private final TestDatabase database = TestDatabase.empty();
    private final Queue<PhysicalConnection> opened = new ConcurrentLinkedQueue<>();
    private final Queue<OpeningFailedException> failed = new ConcurrentLinkedQueue<>();

    /** In the order in which they began; each hangs until the test says what becomes of it. */
    private final List<CompletableFuture<SQLException>> attempts = new CopyOnWriteArrayList<>();

    private final Executor threads = GateThreads.newExecutor();
    private final AtomicInteger ended = new AtomicInteger();

    private final WakeGate gate = new WakeGate(
            new Connector() {
                @Override
                public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                    CompletableFuture<SQLException> result = new CompletableFuture<>();
                    entered.accept(Phase.LOGIN);
                    attempts.add(result);
                    SQLException failure = result.join();
                    if (failure != null) {
                        throw failure;
                    }
                    return database.connector().open(atMost, entered);
                }

                @Override
                public String target() {
                    return "test";
                }
            },
            timer::nanoTime,
            timer::after,
            attempt -> threads.execute(() -> {
                attempt.run();
                ended.incrementAndGet();
            }));

    @AfterEach
    void close() {
        attempts.forEach(attempt -> attempt.complete(new SQLException("the test is over", "08006")));
        opened.forEach(gate::close);
    }

    private void request() {
        gate.request(new ConnectionReceiver() {
            @Override
            public void onOpened(PhysicalConnection connection) {
                opened.add(connection);
            }

            @Override
            public void onFailed(OpeningFailedException reason) {
                failed.add(reason);
            }
        });
    }

    private CompletableFuture<SQLException> attempt(int number) {
        await().until(() -> attempts.size() >= number);
        return attempts.get(number - 1);
    }

    private static SQLException timeout() {
        return new SQLException("timed out", "08001");
    }

    /** One open connection is silent, and an attempt hangs: the server is down, and a probe begins. */
    private CompletableFuture<SQLException> hangUntilDown() {
        gate.onUnresponsive();
        request();
        CompletableFuture<SQLException> hanging = attempt(1);
        timer.advance(OutageDetector.GRACE);
        assertThat(gate.snapshot().down()).isTrue();
        assertThat(failed).hasSize(1);
        timer.advance(LONGEST_PAUSE);
        attempt(2);
        return hanging;
    }

    private void recover() {
        attempt(2).complete(null);
        await().until(() -> !gate.snapshot().down());
    }

    @Test
    void whatTheOutageHasLeftHangingHoldsUpNobodyAfterIt() {
        hangUntilDown();
        recover();

        request();

        attempt(3).complete(null);
        await().until(() -> opened.size() == 1);
        assertThat(failed).hasSize(1);
    }

    @Test
    void whatTheOutageHasLeftHangingSaysNothingAboutTheServerAfterIt() {
        CompletableFuture<SQLException> hanging = hangUntilDown();
        recover();
        request();
        attempt(3);

        hanging.complete(timeout());
        await().until(() -> ended.get() == 2);

        timer.advance(OutageDetector.GRACE);
        assertThat(gate.snapshot().down()).isFalse();
        assertThat(gate.lastFailure()).isEmpty();
        attempt(3).complete(null);
        await().until(() -> opened.size() == 1);
    }

    /** Its log-in took so long that the server is down by that alone; but nobody waits for it any more. */
    @Test
    void whatIsGivenUpAndFailsIsNoRequestForAConnection() {
        CompletableFuture<SQLException> hanging = hangUntilDown();
        timer.elapse(OutageDetector.REFUSAL_GRACE);

        hanging.complete(new SQLException("Couldn't connect to compute node", "XX000"));
        await().until(() -> ended.get() == 1);
        assertThat(gate.snapshot().down()).isTrue();
        timer.elapse(OutageDetector.FAIL_FAST_TTL.minus(OutageDetector.REFUSAL_GRACE));
        timer.advance(LONGEST_PAUSE);

        assertThat(gate.snapshot().down()).isFalse();
    }

    /** Nobody has asked for a connection for a while, so nobody is to know. */
    @Test
    void aProbeThatHangsWhenTheProbesEndBeginsThemNotAnew() {
        hangUntilDown();
        timer.elapse(OutageDetector.FAIL_FAST_TTL.plusNanos(1));
        timer.advance(LONGEST_PAUSE);
        assertThat(gate.snapshot().down()).isFalse();
        int before = attempts.size();

        attempts.forEach(attempt -> attempt.complete(timeout()));
        await().until(() -> ended.get() == before);
        timer.advance(OutageDetector.FAIL_FAST_TTL);

        assertThat(gate.snapshot().down()).isFalse();
        assertThat(gate.snapshot().attempting()).isFalse();
        assertThat(attempts).hasSize(before);
    }
}
