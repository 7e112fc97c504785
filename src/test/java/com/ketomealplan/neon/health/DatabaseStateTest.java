package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.GateCondition;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.pool.PoolCondition;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which condition the facts tell. */
class DatabaseStateTest {

    private static final Optional<Duration> NEVER = Optional.empty();

    private static Optional<Duration> ago(double seconds) {
        return Optional.of(Duration.ofMillis((long) (seconds * 1_000)));
    }

    private static GateCondition quiet(Optional<Duration> sinceOpened) {
        return new GateCondition(0, false, false, NEVER, sinceOpened, Optional.empty(), NEVER, false);
    }

    private static GateCondition loggingIn(double seconds, Optional<Duration> sinceOpened) {
        return new GateCondition(0, false, true, ago(seconds), sinceOpened, Optional.empty(), NEVER, false);
    }

    private static GateCondition failing(FailureKind kind, double secondsAgo) {
        Failure failure = new Failure(kind, Outcome.NOT_SENT, Optional.empty(), "");
        return new GateCondition(0, false, false, NEVER, ago(1), Optional.of(failure), ago(secondsAgo), true);
    }

    private static PoolCondition open(int connections, Optional<Duration> sinceAnswer) {
        return new PoolCondition(connections, sinceAnswer, NEVER, NEVER);
    }

    private static Condition onNeon(GateCondition opening, PoolCondition traffic) {
        return DatabaseState.judge(opening, traffic, true);
    }

    @Test
    void sleepsUntilSomebodyNeedsIt() {
        assertThat(onNeon(quiet(NEVER), open(0, NEVER))).isEqualTo(Condition.ASLEEP);
        assertThat(onNeon(loggingIn(0.2, NEVER), open(0, NEVER))).isEqualTo(Condition.ASLEEP);
        assertThat(onNeon(loggingIn(0.3, NEVER), open(0, NEVER))).isEqualTo(Condition.WAKING);
        assertThat(onNeon(quiet(ago(0)), open(1, NEVER))).isEqualTo(Condition.UP);
    }

    /** Also where no connection is kept. */
    @Test
    void isUpUntilFiveMinutesAfterItsLastAnswer() {
        for (int connections : new int[] {0, 5}) {
            assertThat(onNeon(quiet(ago(900)), open(connections, ago(299)))).isEqualTo(Condition.UP);
            assertThat(onNeon(quiet(ago(900)), open(connections, ago(301)))).isEqualTo(Condition.ASLEEP);
        }
        assertThat(DatabaseState.judge(quiet(ago(900)), open(5, ago(301)), false))
                .isEqualTo(Condition.UP);
    }

    @Test
    void aLogInIsSlowAndNoWakeWhereItHasJustAnswered() {
        assertThat(onNeon(loggingIn(2, ago(9)), open(0, NEVER))).isEqualTo(Condition.UP);
        assertThat(onNeon(loggingIn(2, ago(11)), open(0, NEVER))).isEqualTo(Condition.WAKING);
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, DOWN",
        "STORAGE, DOWN",
        "WAKING, WAKING",
        "THROTTLED, THROTTLED",
        "TOO_MANY_CONNECTIONS, THROTTLED",
        "QUOTA, OVER_QUOTA",
        "AUTHENTICATION, MISCONFIGURED",
        "MISCONFIGURED, MISCONFIGURED"
    })
    void isWhatTheLastFailureSaysWhileThatIsFresh(FailureKind kind, Condition condition) {
        assertThat(onNeon(failing(kind, 59), open(0, ago(1)))).isEqualTo(condition);
        assertThat(onNeon(failing(kind, 61), open(0, ago(1)))).isEqualTo(Condition.ASLEEP);
    }

    @Test
    void isUpWhereOpenConnectionsServeAndOnlyNewOnesFail() {
        assertThat(onNeon(failing(FailureKind.AUTHENTICATION, 1), open(5, ago(1))))
                .isEqualTo(Condition.UP);
    }

    @Test
    void isBusyForAMomentAfterACallerWasTurnedAway() {
        assertThat(onNeon(quiet(ago(60)), new PoolCondition(15, ago(6), NEVER, ago(4))))
                .isEqualTo(Condition.BUSY);
        assertThat(onNeon(quiet(ago(60)), new PoolCondition(15, ago(6), NEVER, ago(6))))
                .isEqualTo(Condition.UP);
    }

    @Test
    void isNotUpAfterItHasEndedItsConnectionsUntilSomebodyTriesAgain() {
        PoolCondition ended = new PoolCondition(0, ago(60), ago(1), NEVER);
        assertThat(onNeon(quiet(ago(60)), ended)).isEqualTo(Condition.ASLEEP);
        assertThat(onNeon(loggingIn(0, ago(60)), ended)).isEqualTo(Condition.UP);
        assertThat(onNeon(quiet(ago(0.5)), ended)).isEqualTo(Condition.UP);
    }
}
