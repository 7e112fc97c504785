package com.ketomealplan.neon.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What the gate remembers of failures, and for how long, by a clock of the test's. */
class WakeGateTest {

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger attempts = new AtomicInteger();
    private final Semaphore mayFail = new Semaphore(0);

    /** Fails when it is let, each time after a second of the test's clock. */
    private WakeGate gateThatFails(String text, String sqlState) {
        return gate(() -> {
            clock.addAndGet(Duration.ofSeconds(1).toNanos());
            return new SQLException(text, sqlState);
        });
    }

    private WakeGate gate(Supplier<SQLException> failures) {
        Connector connector = new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                attempts.incrementAndGet();
                mayFail.acquireUninterruptibly();
                throw failures.get();
            }

            @Override
            public String target() {
                return "test";
            }
        };
        return new WakeGate(connector, clock::get);
    }

    private static final class Waiting implements WakeGate.Caller {
        private final CompletableFuture<FailureKind> failure = new CompletableFuture<>();

        @Override
        public void opened(PhysicalConnection connection) {
            failure.completeExceptionally(new AssertionError("opened"));
        }

        @Override
        public void failed(OpeningFailedException reason) {
            failure.complete(Failure.of(reason).kind());
        }
    }

    private static Waiting request(WakeGate gate) {
        Waiting waiting = new Waiting();
        gate.request(waiting);
        return waiting;
    }

    @Test
    void whatAnOperatorHasToMendIsRememberedForThirtySecondsAndThenTriedOnce() {
        WakeGate gate = gateThatFails("password authentication failed", "28P01");
        Waiting first = request(gate);
        Waiting second = request(gate);
        mayFail.release();
        assertThat(first.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(second.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);

        clock.addAndGet(Duration.ofSeconds(29).toNanos());
        assertThat(request(gate).failure).isCompletedWithValue(FailureKind.AUTHENTICATION);
        assertThat(attempts).hasValue(1);

        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        Waiting third = request(gate);
        Waiting fourth = request(gate);
        assertThat(third.failure).isNotDone();
        mayFail.release();
        assertThat(third.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(fourth.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aServerOutOfReachForLongIsKnownToBeDownAndProbedWhileSomebodyAsks() {
        WakeGate gate = gateThatFails("connection refused", "08001");
        Waiting patient = request(gate);
        mayFail.release();

        assertThat(patient.failure.join()).isEqualTo(FailureKind.UNAVAILABLE); // the attempt took the whole grace
        assertThat(gate.condition().down()).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(request(gate).failure).isCompletedWithValue(FailureKind.UNAVAILABLE);
        }
        await().until(() -> attempts.get() == 2); // a probe, which no caller waits for
        mayFail.release(2);
        await().until(() -> attempts.get() == 4);

        clock.addAndGet(WakeGate.MEMORY.toNanos());
        mayFail.release(1_000);
        await().until(() -> !gate.condition().down()); // nobody has asked since
        clock.addAndGet(Duration.ofSeconds(1).toNanos()); // longer than any pause
        int probed = attempts.get();
        assertThat(request(gate).failure.join()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(attempts).hasValueGreaterThan(probed);
    }

    /** A look is meant for the outage that was when it was scheduled; there may be another one when it comes. */
    @Test
    void anOutageIsCountedFromItsOwnBeginning() {
        Queue<SQLException> failures = new ConcurrentLinkedQueue<>(List.of(
                new SQLException("connection refused", "08001"),
                new SQLException("Couldn't connect to compute node", "XX000"),
                new SQLException("connection refused", "08001")));
        WakeGate gate = gate(failures::remove);
        Waiting waiting = request(gate);
        for (int attempt = 1; attempt <= 3; attempt++) {
            int made = attempt;
            await().until(() -> attempts.get() == made);
            mayFail.release();
            await().until(() -> !gate.condition().attempting());
            clock.addAndGet(Duration.ofMillis(500).toNanos()); // the longest pause
        }
        await().until(() -> attempts.get() == 4); // which hangs
        await().during(WakeGate.GRACE.plusMillis(300)).until(() -> !waiting.failure.isDone());

        clock.addAndGet(WakeGate.GRACE.toNanos());
        assertThat(waiting.failure.join()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    @Test
    void aRequestThatIsTakenBackIsNotTriedAgain() {
        WakeGate gate = gateThatFails("Couldn't connect to compute node", "XX000");
        Waiting waiting = new Waiting();
        WakeGate.Request request = gate.request(waiting);
        await().until(() -> attempts.get() == 1);

        assertThat(request.cancel()).isFalse(); // an attempt is under way
        mayFail.release();

        assertThat(waiting.failure.join()).isEqualTo(FailureKind.WAKING);
        assertThat(attempts).hasValue(1);
        assertThat(gate.lastFailure()).isPresent();
    }
}
