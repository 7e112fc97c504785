package com.ketomealplan.neon.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The backoff of the gate after the server has throttled its attempts, by a clock of the test. */
class WakeGateBackoffTest {

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger attempts = new AtomicInteger();
    private final WakeGate gate = new WakeGate(
            new Connector() {
                @Override
                public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                    attempts.incrementAndGet();
                    throw new SQLException("Too many connections to this endpoint. Please try again later.", "XX000");
                }

                @Override
                public String target() {
                    return "test";
                }
            },
            clock::get,
            Timer::after,
            GateThreads.newExecutor());

    private void request() {
        gate.request(new ConnectionReceiver() {
            @Override
            public void onOpened(PhysicalConnection connection) {
                throw new AssertionError("opened");
            }

            @Override
            public void onFailed(OpeningFailedException reason) {
                throw new AssertionError("rejected", reason);
            }
        });
    }

    @Test
    void noAttemptIsMadeForASecondHoweverManyCallersAsk() {
        request();
        await().until(() -> gate.lastFailure().isPresent());

        clock.addAndGet(Duration.ofMillis(999).toNanos());
        for (int i = 0; i < 20; i++) {
            request();
            assertThat(gate.snapshot().attempting()).isFalse();
        }
        assertThat(attempts).hasValue(1);

        clock.addAndGet(Backoff.THROTTLED.max().plusSeconds(1).toNanos());
        request();
        await().until(() -> attempts.get() == 2);
    }
}
