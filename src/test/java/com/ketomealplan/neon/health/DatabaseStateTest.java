package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.GateCondition;
import com.ketomealplan.neon.pool.PoolCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The condition that is derived from the gate, the pool and the units of work. */
class DatabaseStateTest {

    private static final Optional<Duration> NEVER = Optional.empty();

    private static Optional<Duration> ago(double seconds) {
        return Optional.of(Duration.ofMillis((long) (seconds * 1_000)));
    }

    private static GateCondition notConnecting(Optional<Duration> sinceOpened) {
        return new GateCondition(false, false, NEVER, sinceOpened, Optional.empty(), NEVER, false);
    }

    private static GateCondition loggingIn(double seconds, Optional<Duration> sinceOpened) {
        return new GateCondition(false, true, ago(seconds), sinceOpened, Optional.empty(), NEVER, false);
    }

    private static GateCondition failing(FailureKind kind, double secondsAgo) {
        Failure failure = new Failure(kind, Outcome.NOT_SENT, Optional.empty(), "");
        return new GateCondition(false, false, NEVER, ago(1), Optional.of(failure), ago(secondsAgo), true);
    }

    private static PoolCondition open(int connections, Optional<Duration> sinceAnswer) {
        return new PoolCondition(connections, sinceAnswer, NEVER, NEVER);
    }

    private static final UnitCondition NO_UNITS =
            new UnitCondition(NEVER, NEVER, Optional.empty(), NEVER, Optional.empty(), NEVER, Optional.empty(), NEVER);

    private static Condition onNeon(GateCondition gate, PoolCondition pool) {
        return DatabaseState.derive(gate, pool, NO_UNITS, true, false);
    }

    @Test
    void isAsleepAtTheStartWakingDuringASlowLogInAndUpAfterIt() {
        assertThat(onNeon(notConnecting(NEVER), open(0, NEVER))).isEqualTo(Condition.ASLEEP);
        assertThat(onNeon(loggingIn(0.2, NEVER), open(0, NEVER))).isEqualTo(Condition.ASLEEP);
        assertThat(onNeon(loggingIn(0.3, NEVER), open(0, NEVER))).isEqualTo(Condition.WAKING);
        assertThat(onNeon(notConnecting(ago(0)), open(1, NEVER))).isEqualTo(Condition.UP);
    }

    /** With and without open connections. */
    @Test
    void isAsleepFiveMinutesAfterTheLastAnswerIfTheComputeSuspends() {
        for (int connections : new int[] {0, 5}) {
            assertThat(onNeon(notConnecting(ago(900)), open(connections, ago(299))))
                    .isEqualTo(Condition.UP);
            assertThat(onNeon(notConnecting(ago(900)), open(connections, ago(301))))
                    .isEqualTo(Condition.ASLEEP);
        }
        assertThat(DatabaseState.derive(notConnecting(ago(900)), open(5, ago(301)), NO_UNITS, false, false))
                .isEqualTo(Condition.UP);
    }

    @Test
    void aSlowLogInIsNoWakeWithinTenSecondsOfTheLastOne() {
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
    void isDerivedFromTheLastFailureForAMinute(FailureKind kind, Condition condition) {
        assertThat(onNeon(failing(kind, 59), open(0, ago(1)))).isEqualTo(condition);
        assertThat(onNeon(failing(kind, 61), open(0, ago(1)))).isEqualTo(Condition.ASLEEP);
    }

    /** However long ago the log-in was refused, and also if callers were rejected since. */
    @ParameterizedTest
    @CsvSource({"AUTHENTICATION", "MISCONFIGURED"})
    void isLoginRefusedWhileOpenConnectionsAnswerAndLogInsAreRefused(FailureKind kind) {
        for (int seconds : new int[] {1, 3_600}) {
            assertThat(onNeon(failing(kind, seconds), open(5, ago(1)))).isEqualTo(Condition.LOGIN_REFUSED);
            assertThat(onNeon(failing(kind, seconds), new PoolCondition(5, ago(1), NEVER, ago(1))))
                    .isEqualTo(Condition.LOGIN_REFUSED);
        }
        assertThat(Condition.LOGIN_REFUSED.isReady()).isTrue();
        assertThat(Condition.LOGIN_REFUSED.isHealthy()).isTrue();
    }

    @Test
    void isUpWhileOpenConnectionsAnswerAndNoFurtherOneCanBeOpened() {
        assertThat(onNeon(failing(FailureKind.UNAVAILABLE, 1), open(5, ago(1)))).isEqualTo(Condition.UP);
    }

    @Test
    void isBusyForFiveSecondsAfterACallerWasRejected() {
        assertThat(onNeon(notConnecting(ago(60)), new PoolCondition(15, ago(6), NEVER, ago(4))))
                .isEqualTo(Condition.BUSY);
        assertThat(onNeon(notConnecting(ago(60)), new PoolCondition(15, ago(6), NEVER, ago(6))))
                .isEqualTo(Condition.UP);
    }

    /** Otherwise the instance would be ready again each minute, until the next request fails. */
    @Test
    void aPermanentFailureDoesNotExpireWhereProbesLogInAgain() {
        GateCondition refused = failing(FailureKind.AUTHENTICATION, 600);
        GateCondition unreachable = failing(FailureKind.UNAVAILABLE, 600);

        assertThat(DatabaseState.derive(refused, open(0, ago(900)), NO_UNITS, false, true))
                .isEqualTo(Condition.MISCONFIGURED);
        assertThat(DatabaseState.derive(refused, open(0, ago(900)), NO_UNITS, false, false))
                .isEqualTo(Condition.ASLEEP);
        assertThat(DatabaseState.derive(unreachable, open(0, ago(900)), NO_UNITS, false, true))
                .isEqualTo(Condition.ASLEEP);
    }

    /** As at the connection limit of a role: one log-in is refused, and the next one accepted. */
    @Test
    void isThrottledForFiveSecondsAfterALimitedLogInEvenIfOthersSucceed() {
        Failure refused = new Failure(FailureKind.TOO_MANY_CONNECTIONS, Outcome.NOT_SENT, Optional.empty(), "");
        PoolCondition saturated = new PoolCondition(3, ago(0), NEVER, ago(1));
        for (boolean failing : new boolean[] {true, false}) {
            GateCondition opening =
                    new GateCondition(false, false, NEVER, ago(0), Optional.of(refused), ago(4), failing);
            assertThat(onNeon(opening, saturated)).isEqualTo(Condition.THROTTLED);
        }
        GateCondition earlier = new GateCondition(false, false, NEVER, ago(0), Optional.of(refused), ago(6), false);
        assertThat(onNeon(earlier, saturated)).isEqualTo(Condition.BUSY);
    }

    /** A last failure that is not the reason of the condition is not quoted. */
    @ParameterizedTest
    @CsvSource({
        "TOO_MANY_CONNECTIONS, THROTTLED, takes no further connections",
        "THROTTLED, THROTTLED, limits connection attempts",
        "UNAVAILABLE, UP, The database answers",
        "UNAVAILABLE, ASLEEP, The next request opens one"
    })
    void theExplanationDoesNotQuoteTheServerAndTheCauseQuotesTheFailureOfTheCondition(
            FailureKind kind, Condition condition, String text) {
        Failure failure = new Failure(kind, Outcome.NOT_SENT, Optional.empty(), "FATAL: " + kind.explanation());
        DatabaseStatus status = new DatabaseStatus(
                condition, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.of(failure), false, false);

        assertThat(status.explanation()).contains(text).doesNotContain("FATAL");
        assertThat(status.cause()).contains(text);
        assertThat(status.cause().startsWith("FATAL")).isEqualTo(condition == Condition.THROTTLED);
    }

    /** With open connections requests are served. Cut off means that none is open, and that the last attempt has failed. */
    @ParameterizedTest
    @CsvSource({"THROTTLED, false, true, connected", "THROTTLED, true, false, disconnected", "UP, true, true, connected"
    })
    void isHealthyWhileThrottledUnlessItIsCutOff(
            Condition condition, boolean cutOff, boolean healthy, String connection) {
        DatabaseStatus status = new DatabaseStatus(
                condition, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(), cutOff, false);

        assertThat(status.isHealthy()).isEqualTo(healthy);
        assertThat(status.connectionLabel()).isEqualTo(connection);
    }

    @Test
    void isAsleepAfterTheServerHasClosedAllConnectionsUntilTheNextLogIn() {
        PoolCondition ended = new PoolCondition(0, ago(60), ago(1), NEVER);
        assertThat(onNeon(notConnecting(ago(60)), ended)).isEqualTo(Condition.ASLEEP);
        assertThat(onNeon(loggingIn(0, ago(60)), ended)).isEqualTo(Condition.UP);
        assertThat(onNeon(notConnecting(ago(0.5)), ended)).isEqualTo(Condition.UP);
    }

    /**
     * Seconds since a unit failed because of the schema, since one was served, and since one was served although another had failed so;
     * 1,000 for never.
     */
    @ParameterizedTest
    @CsvSource({
        "1000, 1000, 1000, UP", // nothing is known
        "0, 1000, 1000, SCHEMA_MISMATCH", // never migrated: the first unit has failed
        "59, 1000, 1000, SCHEMA_MISMATCH",
        "61, 1000, 1000, UP", // expired: traffic may try again
        "0, 4, 1000, UP", // a unit was just served
        "0, 6, 1000, SCHEMA_MISMATCH", // a table is gone
        "0, 6, 59, UP", // one statement is wrong, and others are served
        "0, 61, 61, SCHEMA_MISMATCH"
    })
    void isSchemaMismatchForAMinuteAfterAUnitFailedForItUnlessOthersAreServed(
            int failed, int served, int servedDespite, Condition condition) {
        UnitCondition work = new UnitCondition(
                unlessNever(served),
                unlessNever(servedDespite),
                Optional.empty(),
                unlessNever(failed),
                Optional.empty(),
                NEVER,
                Optional.empty(),
                NEVER);

        for (int connections : new int[] {0, 5}) {
            assertThat(DatabaseState.derive(notConnecting(ago(9)), open(connections, ago(1)), work, true, false))
                    .isEqualTo(condition);
        }
    }

    private static Optional<Duration> unlessNever(int seconds) {
        return seconds == 1_000 ? NEVER : ago(seconds);
    }

    /** Also if units are served meanwhile: reads are, and some writes. */
    @Test
    void isStorageFullForAMinuteAfterAWriteFoundTheDiskFull() {
        for (double served : new double[] {0, 900}) {
            assertThat(DatabaseState.derive(notConnecting(ago(900)), open(5, ago(1)), full(59, served), true, false))
                    .isEqualTo(Condition.STORAGE_FULL);
            assertThat(DatabaseState.derive(notConnecting(ago(900)), open(5, ago(1)), full(61, served), true, false))
                    .isEqualTo(Condition.UP);
        }
    }

    private static UnitCondition full(double secondsAgo, double served) {
        return new UnitCondition(
                ago(served),
                NEVER,
                Optional.empty(),
                NEVER,
                Optional.empty(),
                ago(secondsAgo),
                Optional.empty(),
                NEVER);
    }

    @Test
    void isNotReadyOnlyIfTheSchemaOrTheConfigurationOfThisInstanceIsWrong() {
        assertThat(Condition.values())
                .filteredOn(condition -> !condition.isReady())
                .containsExactly(Condition.SCHEMA_MISMATCH, Condition.MISCONFIGURED);
    }

    @Test
    void isDownOrThrottledEvenIfTheSchemaIsWrongAndTheDiskIsFull() {
        UnitCondition lacking = new UnitCondition(
                NEVER, NEVER, Optional.empty(), ago(0), Optional.empty(), ago(0), Optional.empty(), NEVER);
        assertThat(DatabaseState.derive(failing(FailureKind.UNAVAILABLE, 1), open(0, NEVER), lacking, true, false))
                .isEqualTo(Condition.DOWN);
        assertThat(DatabaseState.derive(failing(FailureKind.THROTTLED, 1), open(5, NEVER), lacking, true, false))
                .isEqualTo(Condition.THROTTLED);
    }
}
