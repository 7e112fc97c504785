package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.GateSnapshot;
import com.ketomealplan.neon.pool.TrafficSnapshot;
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

    private static GateSnapshot notConnecting(Optional<Duration> sinceOpened) {
        return new GateSnapshot(false, false, NEVER, sinceOpened, Optional.empty(), NEVER, false);
    }

    private static GateSnapshot loggingIn(double seconds, Optional<Duration> sinceOpened) {
        return new GateSnapshot(false, true, ago(seconds), sinceOpened, Optional.empty(), NEVER, false);
    }

    private static GateSnapshot failing(FailureKind kind, double secondsAgo) {
        Failure failure = new Failure(kind, Outcome.NOT_SENT, Optional.empty(), "");
        return new GateSnapshot(false, false, NEVER, ago(1), Optional.of(failure), ago(secondsAgo), true);
    }

    private static TrafficSnapshot open(int connections, Optional<Duration> sinceAnswer) {
        return new TrafficSnapshot(connections, sinceAnswer, NEVER, NEVER);
    }

    private static final UnitSnapshot NO_UNITS =
            new UnitSnapshot(NEVER, NEVER, Optional.empty(), NEVER, Optional.empty(), NEVER, Optional.empty(), NEVER);

    private static DatabaseCondition onNeon(GateSnapshot gate, TrafficSnapshot pool) {
        return DatabaseState.derive(gate, pool, NO_UNITS, true, false);
    }

    @Test
    void isAsleepAtTheStartWakingDuringASlowLogInAndUpAfterIt() {
        assertThat(onNeon(notConnecting(NEVER), open(0, NEVER))).isEqualTo(DatabaseCondition.ASLEEP);
        assertThat(onNeon(loggingIn(0.2, NEVER), open(0, NEVER))).isEqualTo(DatabaseCondition.ASLEEP);
        assertThat(onNeon(loggingIn(0.3, NEVER), open(0, NEVER))).isEqualTo(DatabaseCondition.WAKING);
        assertThat(onNeon(notConnecting(ago(0)), open(1, NEVER))).isEqualTo(DatabaseCondition.UP);
    }

    /** With and without open connections. */
    @Test
    void isAsleepFiveMinutesAfterTheLastAnswerIfTheComputeSuspends() {
        for (int connections : new int[] {0, 5}) {
            assertThat(onNeon(notConnecting(ago(900)), open(connections, ago(299))))
                    .isEqualTo(DatabaseCondition.UP);
            assertThat(onNeon(notConnecting(ago(900)), open(connections, ago(301))))
                    .isEqualTo(DatabaseCondition.ASLEEP);
        }
        assertThat(DatabaseState.derive(notConnecting(ago(900)), open(5, ago(301)), NO_UNITS, false, false))
                .isEqualTo(DatabaseCondition.UP);
    }

    @Test
    void aSlowLogInIsNoWakeWithinTenSecondsOfTheLastOne() {
        assertThat(onNeon(loggingIn(2, ago(9)), open(0, NEVER))).isEqualTo(DatabaseCondition.UP);
        assertThat(onNeon(loggingIn(2, ago(11)), open(0, NEVER))).isEqualTo(DatabaseCondition.WAKING);
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
    void isDerivedFromTheLastFailureForAMinute(FailureKind kind, DatabaseCondition condition) {
        assertThat(onNeon(failing(kind, 59), open(0, ago(1)))).isEqualTo(condition);
        assertThat(onNeon(failing(kind, 61), open(0, ago(1)))).isEqualTo(DatabaseCondition.ASLEEP);
    }

    /** However long ago the log-in was refused, and also if callers were rejected since. */
    @ParameterizedTest
    @CsvSource({"AUTHENTICATION", "MISCONFIGURED"})
    void isLoginRefusedWhileOpenConnectionsAnswerAndLogInsAreRefused(FailureKind kind) {
        for (int seconds : new int[] {1, 3_600}) {
            assertThat(onNeon(failing(kind, seconds), open(5, ago(1)))).isEqualTo(DatabaseCondition.LOGIN_REFUSED);
            assertThat(onNeon(failing(kind, seconds), new TrafficSnapshot(5, ago(1), NEVER, ago(1))))
                    .isEqualTo(DatabaseCondition.LOGIN_REFUSED);
        }
        assertThat(DatabaseCondition.LOGIN_REFUSED.isReady()).isTrue();
        assertThat(DatabaseCondition.LOGIN_REFUSED.isHealthy()).isTrue();
    }

    @Test
    void isUpWhileOpenConnectionsAnswerAndNoFurtherOneCanBeOpened() {
        assertThat(onNeon(failing(FailureKind.UNAVAILABLE, 1), open(5, ago(1)))).isEqualTo(DatabaseCondition.UP);
    }

    @Test
    void isBusyForFiveSecondsAfterACallerWasRejected() {
        assertThat(onNeon(notConnecting(ago(60)), new TrafficSnapshot(15, ago(6), NEVER, ago(4))))
                .isEqualTo(DatabaseCondition.BUSY);
        assertThat(onNeon(notConnecting(ago(60)), new TrafficSnapshot(15, ago(6), NEVER, ago(6))))
                .isEqualTo(DatabaseCondition.UP);
    }

    /** Otherwise the instance would be ready again each minute, until the next request fails. */
    @Test
    void aPermanentFailureDoesNotExpireWhereProbesLogInAgain() {
        GateSnapshot refused = failing(FailureKind.AUTHENTICATION, 600);
        GateSnapshot unreachable = failing(FailureKind.UNAVAILABLE, 600);

        assertThat(DatabaseState.derive(refused, open(0, ago(900)), NO_UNITS, false, true))
                .isEqualTo(DatabaseCondition.MISCONFIGURED);
        assertThat(DatabaseState.derive(refused, open(0, ago(900)), NO_UNITS, false, false))
                .isEqualTo(DatabaseCondition.ASLEEP);
        assertThat(DatabaseState.derive(unreachable, open(0, ago(900)), NO_UNITS, false, true))
                .isEqualTo(DatabaseCondition.ASLEEP);
    }

    /** As at the connection limit of a role: one log-in is refused, and the next one accepted. */
    @Test
    void isThrottledForFiveSecondsAfterALimitedLogInEvenIfOthersSucceed() {
        Failure refused = new Failure(FailureKind.TOO_MANY_CONNECTIONS, Outcome.NOT_SENT, Optional.empty(), "");
        TrafficSnapshot waitFailed = new TrafficSnapshot(3, ago(0), NEVER, ago(1));
        for (boolean failing : new boolean[] {true, false}) {
            GateSnapshot opening = new GateSnapshot(false, false, NEVER, ago(0), Optional.of(refused), ago(4), failing);
            assertThat(onNeon(opening, waitFailed)).isEqualTo(DatabaseCondition.THROTTLED);
        }
        GateSnapshot earlier = new GateSnapshot(false, false, NEVER, ago(0), Optional.of(refused), ago(6), false);
        assertThat(onNeon(earlier, waitFailed)).isEqualTo(DatabaseCondition.BUSY);
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
            FailureKind kind, DatabaseCondition condition, String text) {
        Failure failure = new Failure(kind, Outcome.NOT_SENT, Optional.empty(), "FATAL: " + kind.explanation());
        DatabaseStatus status = new DatabaseStatus(
                condition, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.of(failure), false, false);

        assertThat(status.explanation()).contains(text).doesNotContain("FATAL");
        assertThat(status.cause()).contains(text);
        assertThat(status.cause().startsWith("FATAL")).isEqualTo(condition == DatabaseCondition.THROTTLED);
    }

    /** With open connections requests are served. Cut off means that none is open, and that the last attempt has failed. */
    @ParameterizedTest
    @CsvSource({"THROTTLED, false, true, connected", "THROTTLED, true, false, disconnected", "UP, true, true, connected"
    })
    void isHealthyWhileThrottledUnlessItIsCutOff(
            DatabaseCondition condition, boolean cutOff, boolean healthy, String connection) {
        DatabaseStatus status = new DatabaseStatus(
                condition, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(), cutOff, false);

        assertThat(status.isHealthy()).isEqualTo(healthy);
        assertThat(status.connectionLabel()).isEqualTo(connection);
    }

    @Test
    void isAsleepAfterTheServerHasClosedAllConnectionsUntilTheNextLogIn() {
        TrafficSnapshot ended = new TrafficSnapshot(0, ago(60), ago(1), NEVER);
        assertThat(onNeon(notConnecting(ago(60)), ended)).isEqualTo(DatabaseCondition.ASLEEP);
        assertThat(onNeon(loggingIn(0, ago(60)), ended)).isEqualTo(DatabaseCondition.UP);
        assertThat(onNeon(notConnecting(ago(0.5)), ended)).isEqualTo(DatabaseCondition.UP);
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
            int failed, int served, int servedDespite, DatabaseCondition condition) {
        UnitSnapshot work = new UnitSnapshot(
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
                    .isEqualTo(DatabaseCondition.STORAGE_FULL);
            assertThat(DatabaseState.derive(notConnecting(ago(900)), open(5, ago(1)), full(61, served), true, false))
                    .isEqualTo(DatabaseCondition.UP);
        }
    }

    private static UnitSnapshot full(double secondsAgo, double served) {
        return new UnitSnapshot(
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
        assertThat(DatabaseCondition.values())
                .filteredOn(condition -> !condition.isReady())
                .containsExactly(DatabaseCondition.SCHEMA_MISMATCH, DatabaseCondition.MISCONFIGURED);
    }

    @Test
    void isDownOrThrottledEvenIfTheSchemaIsWrongAndTheDiskIsFull() {
        UnitSnapshot lacking = new UnitSnapshot(
                NEVER, NEVER, Optional.empty(), ago(0), Optional.empty(), ago(0), Optional.empty(), NEVER);
        assertThat(DatabaseState.derive(failing(FailureKind.UNAVAILABLE, 1), open(0, NEVER), lacking, true, false))
                .isEqualTo(DatabaseCondition.DOWN);
        assertThat(DatabaseState.derive(failing(FailureKind.THROTTLED, 1), open(5, NEVER), lacking, true, false))
                .isEqualTo(DatabaseCondition.THROTTLED);
    }
}
