package com.ketomealplan.neon.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** When the credentials are checked for a change, by a timer of the test. */
class CredentialWatchTest {

    private final ManualTimer timer = new ManualTimer();
    private final List<Boolean> checks = new ArrayList<>();
    private final AtomicInteger rejections = new AtomicInteger();
    private Predicate<Boolean> again = others -> false;
    private boolean fails;

    private final CredentialWatch watch = new CredentialWatch(
            new Connector() {
                @Override
                public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) {
                    throw new AssertionError("a check opens no connection");
                }

                @Override
                public boolean hasNewCredentials() {
                    if (fails) {
                        throw new IllegalStateException("a defect");
                    }
                    return true;
                }

                @Override
                public String target() {
                    return "test";
                }
            },
            timer::after,
            task -> {
                if (rejections.getAndDecrement() > 0) {
                    throw new RejectedExecutionException();
                }
                task.run();
            },
            others -> {
                checks.add(others);
                return again.test(others) ? Optional.of(CredentialWatch.INTERVAL) : Optional.empty();
            });

    private void pass(int intervals) {
        timer.advance(CredentialWatch.INTERVAL.multipliedBy(intervals));
    }

    @Test
    void checksUntilThereIsNoReasonTo() {
        again = others -> checks.size() < 3;
        watch.start();
        watch.start();
        pass(10);
        assertThat(checks).containsExactly(true, true, true);

        watch.start();
        pass(10);
        assertThat(checks).hasSize(4);
    }

    /** A log-in is refused just as the check for the previous one ends. */
    @Test
    void aStartDuringACheckIsNotLost() {
        again = others -> {
            if (checks.size() == 1) {
                watch.start();
            }
            return false;
        };
        watch.start();
        pass(10);
        assertThat(checks).hasSize(2);
    }

    @Test
    void aCheckThatFailsHasFoundNoNewCredentials() {
        fails = true;
        rejections.set(2);
        again = others -> checks.size() < 2;
        watch.start();
        pass(10);
        assertThat(checks).containsExactly(false, false);
    }
}
