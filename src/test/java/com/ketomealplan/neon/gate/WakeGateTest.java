package com.ketomealplan.neon.gate;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** How the gate treats failures to connect: fail fast, failure TTL, probes, backoff. By a clock and a timer of the test. */
class WakeGateTest {

    private final ManualTimer timer = new ManualTimer();
    /** Between two attempts or probes. */
    private static final Duration LONGEST_PAUSE = Backoff.TRANSIENT.max();

    private final AtomicInteger attempts = new AtomicInteger();
    private final Semaphore mayFail = new Semaphore(0);

    /** Each attempt fails when the test permits it, after a second of its clock. */
    private WakeGate gateThatFails(String text, String sqlState) {
        return gate(() -> {
            timer.elapse(Duration.ofSeconds(1));
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
        return new WakeGate(connector, timer::nanoTime, timer::after, GateThreads.newExecutor());
    }

    private static final class Waiting implements ConnectionReceiver {
        /** A caller without an outcome fails its test, and does not block the build. */
        private final CompletableFuture<FailureKind> failure =
                new CompletableFuture<FailureKind>().orTimeout(1, TimeUnit.MINUTES);

        @Override
        public void onOpened(PhysicalConnection connection) {
            failure.completeExceptionally(new AssertionError("opened"));
        }

        @Override
        public void onFailed(OpeningFailedException reason) {
            failure.complete(Failure.of(reason).kind());
        }
    }

    private static Waiting request(WakeGate gate) {
        Waiting waiting = new Waiting();
        gate.request(waiting);
        return waiting;
    }

    @Test
    void aPermanentFailureIsKeptForItsTtlAndThenTriedOnce() {
        WakeGate gate = gateThatFails("password authentication failed", "28P01");
        Waiting first = request(gate);
        Waiting second = request(gate);
        mayFail.release();
        assertThat(first.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(second.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);

        timer.advance(OutageDetector.FAIL_FAST_TTL.minusNanos(1));
        assertThat(request(gate).failure).isCompletedWithValue(FailureKind.AUTHENTICATION);
        assertThat(attempts).hasValue(1);

        timer.advance(Duration.ofNanos(1));
        Waiting third = request(gate);
        Waiting fourth = request(gate);
        assertThat(third.failure).isNotDone();
        mayFail.release();
        assertThat(third.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(fourth.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aServerThatIsUnreachableForTheGraceIsDownAndProbedWhileCallersAsk() {
        WakeGate gate = gateThatFails("connection refused", "08001");
        Waiting patient = request(gate);
        mayFail.release();

        assertThat(patient.failure.join()).isEqualTo(FailureKind.UNAVAILABLE); // the attempt took the whole grace
        assertThat(gate.snapshot().down()).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(request(gate).failure).isCompletedWithValue(FailureKind.UNAVAILABLE);
        }
        for (int probe = 2; probe <= 4; probe++) { // no caller waits for them
            assertThat(attempts).hasValue(probe - 1);
            timer.advance(LONGEST_PAUSE);
            awaitAttempt(probe);
            endAttempt(gate);
        }
        assertThat(gate.snapshot().down()).isTrue();

        timer.elapse(OutageDetector.FAIL_FAST_TTL.plusNanos(1));
        timer.advance(LONGEST_PAUSE);
        assertThat(gate.snapshot().down()).isFalse(); // no caller has asked since
        assertThat(attempts).hasValue(4);
        mayFail.release();
        assertThat(request(gate).failure.join()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(attempts).hasValue(5);
    }

    private void awaitAttempt(int number) {
        await().until(() -> attempts.get() == number);
    }

    private void endAttempt(WakeGate gate) {
        mayFail.release();
        await().until(() -> !gate.snapshot().attempting());
    }

    /** A check is scheduled for one outage; when it runs there may be another one. */
    @Test
    void theGraceOfAnOutageStartsWithItself() {
        Queue<SQLException> failures = new ConcurrentLinkedQueue<>(List.of(
                new SQLException("connection refused", "08001"),
                new SQLException("Couldn't connect to compute node", "XX000"),
                new SQLException("connection refused", "08001")));
        WakeGate gate = gate(failures::remove);
        Waiting waiting = request(gate);
        Duration step = Duration.ofMillis(100); // no shorter than the pauses after three failures
        for (int attempt = 1; attempt <= 3; attempt++) {
            awaitAttempt(attempt);
            endAttempt(gate);
            timer.advance(step);
        }
        awaitAttempt(4); // which hangs; the second outage began with the third one, in the second step

        timer.advance(OutageDetector.GRACE
                .minus(step.multipliedBy(3))
                .plus(step.dividedBy(2))); // the grace of the first outage is over
        assertThat(waiting.failure).isNotDone();
        timer.advance(step.multipliedBy(2));

        assertThat(waiting.failure).isCompletedWithValue(FailureKind.UNAVAILABLE);
    }

    @Test
    void aCancelledRequestIsNotTriedAgain() {
        WakeGate gate = gateThatFails("Couldn't connect to compute node", "XX000");
        Waiting waiting = new Waiting();
        OpeningRequest request = gate.request(waiting);
        await().until(() -> attempts.get() == 1);

        assertThat(request.cancel()).isFalse(); // an attempt is under way
        mayFail.release();

        assertThat(waiting.failure.join()).isEqualTo(FailureKind.WAKING);
        assertThat(attempts).hasValue(1);
        assertThat(gate.lastFailure()).isPresent();
    }

    /** It has no outcome, whatever the outcome of the other requests is. */
    @Test
    void aRequestThatIsCancelledBeforeItsAttemptHasNoOutcome() {
        WakeGate gate = gateThatFails("password authentication failed", "28P01");
        Waiting tried = request(gate);
        await().until(() -> attempts.get() == 1);
        Waiting cancelled = new Waiting();
        OpeningRequest request = gate.request(cancelled);
        Waiting patient = request(gate);

        assertThat(request.cancel()).isTrue();
        mayFail.release();

        assertThat(tried.failure.join()).isEqualTo(FailureKind.AUTHENTICATION);
        assertThat(patient.failure.join()).isEqualTo(FailureKind.AUTHENTICATION); // which is notified after it
        assertThat(cancelled.failure).isNotDone();
        assertThat(request.cancel()).isFalse();
    }

    /** It is called once, and the gate goes on. */
    @Test
    void aCallerThatThrowsOnGettingAConnectionIsNoFailureToConnect() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Queue<PhysicalConnection> opened = new ConcurrentLinkedQueue<>();
        WakeGate gate = new WakeGate(TestDatabase.empty().connector(), timer::nanoTime, timer::after, attempt -> {
            Thread thread = new Thread(attempt);
            thread.setUncaughtExceptionHandler((ended, failure) -> thrown.add(failure));
            threads.add(thread);
            thread.start();
        });

        gate.request(new ConnectionReceiver() {
            @Override
            public void onOpened(PhysicalConnection connection) {
                calls.incrementAndGet();
                opened.add(connection);
                throw new IllegalStateException("the caller's");
            }

            @Override
            public void onFailed(OpeningFailedException reason) {
                calls.incrementAndGet();
            }
        });
        for (Thread thread : threads) {
            thread.join();
        }
        timer.advance(Backoff.TRANSIENT.max());

        assertThat(thrown).singleElement().asString().contains("the caller's");
        assertThat(gate.lastFailure()).isEmpty();
        assertThat(threads).hasSize(1);
        assertThat(calls).hasValue(1);
        opened.forEach(gate::close);
    }

    /** As where the machine has no more threads. */
    @Test
    void anAttemptForWhichNoThreadCanBeStartedIsMadeLater() {
        Queue<PhysicalConnection> open = new ConcurrentLinkedQueue<>();
        Executor threads = GateThreads.newExecutor();
        WakeGate gate = new WakeGate(TestDatabase.empty().connector(), timer::nanoTime, timer::after, attempt -> {
            if (attempts.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            threads.execute(attempt);
        });

        assertThatCode(() -> gate.request(new Receiving(open))).doesNotThrowAnyException();
        timer.advance(Duration.ZERO); // it has failed, which is reported by the timer

        assertThat(gate.lastFailure().orElseThrow().getMessage()).contains("no thread");
        timer.advance(Backoff.TRANSIENT.max());
        await().until(() -> open.size() == 1);
        open.forEach(gate::close);
    }

    /** Another attempt, which was under way with the first one, fails a moment before its end. */
    @Test
    void aBackoffThatGrowsWhileItLastsEnds() {
        TestDatabase database = TestDatabase.empty();
        Queue<PhysicalConnection> open = new ConcurrentLinkedQueue<>();
        WakeGate gate = new WakeGate(
                new Connector() {
                    @Override
                    public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                        if (open.size() < 3) { // so that several may be tried at the same time
                            return database.connector().open(atMost, entered);
                        }
                        attempts.incrementAndGet();
                        mayFail.acquireUninterruptibly();
                        throw new SQLException(
                                "Too many connections to this endpoint. Please try again later.", "XX000");
                    }

                    @Override
                    public String target() {
                        return "test";
                    }
                },
                timer::nanoTime,
                timer::after,
                GateThreads.newExecutor());
        for (int opened = 1; opened <= 3; opened++) {
            int number = opened;
            gate.request(new Receiving(open));
            await().until(() -> open.size() == number);
        }
        request(gate);
        request(gate);
        awaitAttempt(2);
        mayFail.release();
        await().until(() -> gate.lastFailure().isPresent());

        timer.advance(Backoff.THROTTLED.min().minusMillis(1));
        endAttempt(gate);
        timer.advance(Backoff.THROTTLED.min().plus(Backoff.THROTTLED.max()));

        awaitAttempt(3);
        open.forEach(gate::close);
    }

    private record Receiving(Queue<PhysicalConnection> open) implements ConnectionReceiver {

        @Override
        public void onOpened(PhysicalConnection connection) {
            open.add(connection);
        }

        @Override
        public void onFailed(OpeningFailedException reason) {
            throw new AssertionError(reason);
        }
    }
}
