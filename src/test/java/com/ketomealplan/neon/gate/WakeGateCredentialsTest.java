package com.ketomealplan.neon.gate;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The gate after a refused log-in whose credentials may be replaced, by a clock and a timer of the test. */
class WakeGateCredentialsTest {

    private static final TestDatabase DATABASE = TestDatabase.empty();

    private final ManualTimer timer = new ManualTimer();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean refuses;
    private volatile boolean isNew;

    private final WakeGate gate = new WakeGate(
            new Connector() {
                @Override
                public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                    attempts.incrementAndGet();
                    if (refuses) {
                        throw new SQLException("password authentication failed", "28P01");
                    }
                    return DATABASE.connector().open();
                }

                @Override
                public boolean canReloadCredentials() {
                    return true;
                }

                @Override
                public boolean hasNewCredentials() {
                    return isNew;
                }

                @Override
                public String target() {
                    return "test";
                }
            },
            timer::nanoTime,
            timer::after,
            GateThreads.newExecutor());

    /** "opened", after which the connection is closed; else the kind of the failure. */
    private CompletableFuture<String> request() {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        gate.request(new ConnectionReceiver() {
            @Override
            public void onOpened(PhysicalConnection connection) {
                gate.close(connection);
                outcome.complete("opened");
            }

            @Override
            public void onFailed(OpeningFailedException reason) {
                outcome.complete(Failure.of(reason).kind().name());
            }
        });
        return outcome;
    }

    /** Waits for a condition, with a check of the credentials for each poll. */
    private void checkUntil(java.util.concurrent.Callable<Boolean> something) {
        await().until(() -> {
            timer.advance(CredentialWatch.INTERVAL);
            return something.call();
        });
    }

    private static final String REFUSED = FailureKind.AUTHENTICATION.name();

    @Test
    void newCredentialsEndTheTtlOfTheFailure() {
        refuses = true;
        assertThat(request().join()).isEqualTo(REFUSED);
        assertThat(request()).isCompletedWithValue(REFUSED);
        assertThat(attempts).hasValue(1);
        assertThat(gate.snapshot().failing()).isTrue();

        refuses = false;
        isNew = true;
        checkUntil(() -> !gate.snapshot().failing());

        assertThat(attempts).hasValue(1); // no caller waits for a connection
        assertThat(request().join()).isEqualTo("opened");
    }

    /** Long after the last request for a connection: the open ones serve. */
    @Test
    void newCredentialsAreFoundHoweverLateTheyCome() {
        refuses = true;
        assertThat(request().join()).isEqualTo(REFUSED);
        for (int checks = 0; checks < 1_000; checks++) {
            timer.advance(CredentialWatch.INTERVAL);
        }
        assertThat(gate.snapshot().failing()).isTrue();

        refuses = false;
        isNew = true;
        await().until(() -> {
            timer.advance(CredentialWatch.SLOW_INTERVAL);
            return !gate.snapshot().failing();
        });

        assertThat(attempts).hasValue(1);
    }

    @Test
    void callersWaitForNewCredentialsIfTheOldOnesWereAccepted() {
        assertThat(request().join()).isEqualTo("opened");
        refuses = true;
        CompletableFuture<String> first = request();
        await().until(() -> attempts.get() == 2 && !gate.snapshot().attempting());
        CompletableFuture<String> second = request();
        assertThat(gate.snapshot().failing()).isFalse();

        timer.advance(OutageDetector.RENEWAL_GRACE.minusNanos(1));
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        assertThat(gate.snapshot().attempting()).isFalse();
        assertThat(attempts).hasValue(2); // no attempt is made meanwhile

        refuses = false;
        isNew = true;
        checkUntil(() -> first.isDone() && second.isDone());
        assertThat(first).isCompletedWithValue("opened");
        assertThat(second).isCompletedWithValue("opened");
    }

    @Test
    void callersWaitForNewCredentialsOnceAndForTheGraceOnly() {
        assertThat(request().join()).isEqualTo("opened");
        refuses = true;
        CompletableFuture<String> waiting = request();
        await().until(() -> attempts.get() == 2 && !gate.snapshot().attempting());

        timer.elapse(OutageDetector.RENEWAL_GRACE);
        checkUntil(waiting::isDone);

        assertThat(waiting).isCompletedWithValue(REFUSED);
        assertThat(gate.snapshot().failing()).isTrue();
        assertThat(request()).isCompletedWithValue(REFUSED);
        timer.elapse(OutageDetector.FAIL_FAST_TTL);
        assertThat(request().join()).isEqualTo(REFUSED);
        assertThat(request()).isCompletedWithValue(REFUSED);
        assertThat(attempts).hasValue(3);
    }
}
