package com.ketomealplan.neon.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.Phase;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The current attempts, by a clock of the test. */
class ConnectAttemptsTest {

    private final ManualTimer timer = new ManualTimer();
    private final ConnectAttempts attempts = new ConnectAttempts(timer::nanoTime);

    /** Otherwise a database that is far away would seem to wake. */
    @Test
    void theTimeOfALogInDoesNotIncludeTheWayToTheServer() {
        ConnectAttempt attempt = attempts.begin(Optional.empty());
        attempt.accept(Phase.TCP);
        timer.elapse(Duration.ofSeconds(1));
        assertThat(attempts.longestLogin()).isEmpty();

        attempt.accept(Phase.LOGIN);
        timer.elapse(Duration.ofMillis(50));

        assertThat(attempts.longestLogin()).contains(Duration.ofMillis(50));
        assertThat(attempt.age()).isEqualTo(Duration.ofMillis(1_050));
    }
}
