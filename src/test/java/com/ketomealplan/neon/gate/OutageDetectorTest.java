package com.ketomealplan.neon.gate;

import static com.ketomealplan.neon.gate.OutageDetector.FAIL_FAST_TTL;
import static com.ketomealplan.neon.gate.OutageDetector.GRACE;
import static com.ketomealplan.neon.gate.OutageDetector.REFUSAL_GRACE;
import static com.ketomealplan.neon.gate.OutageDetector.RENEWAL_GRACE;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.gate.OutageDetector.AttemptsSnapshot;
import com.ketomealplan.neon.gate.OutageDetector.ConnectFailure;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the server is known to be down, waking, unresponsive or refusing log-ins, by events and a clock of the test. */
class OutageDetectorTest {

    private static final Duration MOMENT = Duration.ofMillis(1);

    private static final SQLException REFUSED = new SQLException("refused", "08001", new ConnectException("refused"));
    private static final SQLException WRONG_PASSWORD = new SQLException("password authentication failed", "28P01");
    private static final SQLException STARTING = new SQLException("the database system is starting up", "57P03");

    private final AtomicLong clock = new AtomicLong(-1_000);
    private final OutageDetector detector = new OutageDetector(clock::get);

    private void elapse(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private ConnectFailure fail(SQLException reason) {
        return detector.onFailed(Failure.toOpen(reason), reason, clock.get());
    }

    private AttemptsSnapshot attemptSinceNow() {
        return new AttemptsSnapshot(true, clock.get(), false);
    }

    @Test
    void atFirstThereIsNoFailure() {
        assertThat(detector.isDown()).isFalse();
        assertThat(detector.lastAttemptFailed()).isFalse();
        assertThat(detector.isOutageSuspected()).isFalse();
        assertThat(detector.shouldFailFast()).isFalse();
        assertThat(detector.timeUntilDown(attemptSinceNow())).isEmpty();
    }

    @Test
    void anOutageIsConfirmedWhenItHasLastedForTheGraceSinceItsFirstAttempt() {
        assertThat(detector.isOutageConfirmedBy(fail(REFUSED))).isFalse();
        assertThat(detector.timeUntilDown(attemptSinceNow())).contains(GRACE);
        elapse(GRACE.minus(MOMENT));
        assertThat(detector.isOutageConfirmedBy(fail(REFUSED))).isFalse();
        assertThat(detector.timeUntilDown(attemptSinceNow())).contains(MOMENT);
        elapse(MOMENT);
        assertThat(detector.isOutageConfirmedBy(fail(REFUSED))).isTrue();
        assertThat(detector.timeUntilDown(attemptSinceNow())).contains(Duration.ZERO);
    }

    /** As where one of several attempts hangs, and the others succeed meanwhile. */
    @Test
    void anAttemptThatBeganBeforeASuccessIsNoOutageSinceItsStart() {
        long begun = clock.get();
        elapse(GRACE.multipliedBy(2));
        detector.onOpened();

        assertThat(detector.isOutageConfirmedBy(detector.onFailed(Failure.toOpen(REFUSED), REFUSED, begun)))
                .isFalse();
        elapse(GRACE);
        assertThat(detector.isOutageConfirmedBy(fail(REFUSED))).isTrue();
    }

    @Test
    void anotherOutageAfterASuccessHasItsOwnGrace() {
        fail(REFUSED);
        elapse(GRACE);
        detector.onOpened();

        assertThat(detector.isOutageConfirmedBy(fail(REFUSED))).isFalse();
        assertThat(detector.timeUntilDown(attemptSinceNow())).contains(GRACE);
    }

    @Test
    void withoutAttemptsTheServerIsNotDown() {
        fail(REFUSED);
        elapse(GRACE);

        assertThat(detector.timeUntilDown(new AttemptsSnapshot(false, clock.get(), false)))
                .isEmpty();
    }

    @Test
    void aServerThatHasAcceptedAConnectionHasAnotherGrace() {
        fail(REFUSED);
        elapse(GRACE);

        assertThat(detector.timeUntilDown(new AttemptsSnapshot(true, clock.get(), true)))
                .contains(GRACE);
        assertThat(detector.isWaking(true)).isTrue();
    }

    @Test
    void whileTheServerIsDownCallersFailFastUntilAConnectionIsOpened() {
        fail(REFUSED);
        detector.declareDown();
        assertThat(detector.isDown()).isTrue();
        elapse(FAIL_FAST_TTL.multipliedBy(2));
        assertThat(detector.shouldFailFast()).isTrue();

        detector.onOpened();

        assertThat(detector.shouldFailFast()).isFalse();
        assertThat(detector.isDown()).isFalse();
    }

    @Test
    void aServerThatAnswersWithAnErrorIsNotDown() {
        fail(REFUSED);
        detector.declareDown();

        fail(STARTING);

        assertThat(detector.isDown()).isFalse();
        assertThat(detector.isWaking(false)).isTrue();
        assertThat(detector.shouldFailFast()).isFalse();
    }

    @Test
    void aServerThatAnswersWithErrorsForLongIsDownUntilAConnectionIsOpened() {
        fail(STARTING);
        elapse(REFUSAL_GRACE.minus(MOMENT));
        assertThat(detector.isOutageConfirmedBy(fail(STARTING))).isFalse();
        elapse(MOMENT);
        assertThat(detector.isOutageConfirmedBy(fail(STARTING))).isTrue();
        detector.declareDown();
        assertThat(detector.isOutageConfirmedBy(fail(STARTING))).isTrue();
        assertThat(detector.shouldFailFast()).isTrue();

        detector.onOpened();

        assertThat(detector.shouldFailFast()).isFalse();
    }

    @Test
    void onlyALoginThatTheServerHoldsIsAColdStart() {
        fail(STARTING);
        assertThat(detector.isHoldingLogin(false)).isFalse();
        assertThat(detector.isHoldingLogin(true)).isTrue();
        detector.onUnresponsive();
        assertThat(detector.isHoldingLogin(true)).isFalse();
    }

    @Test
    void aPermanentFailureIsKeptForItsTtl() {
        fail(WRONG_PASSWORD);
        assertThat(detector.shouldFailWaiters()).isTrue();
        elapse(FAIL_FAST_TTL.minus(MOMENT));
        assertThat(detector.shouldFailFast()).isTrue();
        elapse(MOMENT);
        assertThat(detector.shouldFailFast()).isFalse();
    }

    /** A compute that was unresponsive, and has been suspended since, has the time of a cold start. */
    @ParameterizedTest
    @CsvSource({"0, true", "29999, true", "30000, false", "600000, false"})
    void unresponsivenessExpires(long millisecondsLater, boolean silent) {
        assertThat(detector.onUnresponsive()).isTrue();
        elapse(Duration.ofMillis(millisecondsLater));

        assertThat(detector.isUnresponsive()).isEqualTo(silent);
        assertThat(detector.isWaking(true)).isEqualTo(!silent);
        assertThat(detector.isOutageSuspected()).isEqualTo(silent);
    }

    @Test
    void anUnresponsiveServerIsDownWhenANewAttemptHasHungForTheGrace() {
        detector.onUnresponsive();
        elapse(GRACE);
        AttemptsSnapshot attempts =
                new AttemptsSnapshot(true, clock.get(), true); // a log-in in progress does not count any more
        assertThat(detector.timeUntilDown(attempts)).contains(GRACE);
        elapse(GRACE);
        assertThat(detector.timeUntilDown(attempts)).contains(Duration.ZERO);

        detector.declareDown();

        assertThat(detector.lastFailure().orElseThrow().reason().getMessage())
                .isEqualTo("the server does not answer, neither on open connections nor on new ones");
    }

    @Test
    void anotherUnresponsiveConnectionDoesNotProlongIt() {
        detector.onUnresponsive();
        elapse(FAIL_FAST_TTL.minus(MOMENT));
        assertThat(detector.onUnresponsive()).isFalse();
        elapse(MOMENT);
        assertThat(detector.isUnresponsive()).isFalse();
    }

    @Test
    void aRefusalOfCredentialsThatWereAcceptedBeforeIsPermanentAfterAGrace() {
        fail(WRONG_PASSWORD);
        detector.awaitRenewal();
        elapse(RENEWAL_GRACE.minus(MOMENT));
        assertThat(detector.isAwaitingRenewal()).isTrue();
        assertThat(detector.isFailing()).isFalse();
        assertThat(detector.shouldFailWaiters()).isFalse();
        assertThat(detector.shouldFailFast()).isFalse();
        assertThat(detector.endAwaitingRenewal()).isFalse();

        elapse(MOMENT);

        assertThat(detector.isAwaitingRenewal()).isFalse();
        assertThat(detector.isFailing()).isTrue();
        assertThat(detector.shouldFailFast()).isTrue();
        assertThat(detector.endAwaitingRenewal()).isTrue();
        assertThat(detector.endAwaitingRenewal()).isFalse(); // once
    }

    @Test
    void theNextRefusalHasNoGraceUntilALogInSucceeds() {
        fail(WRONG_PASSWORD);
        detector.awaitRenewal();
        elapse(FAIL_FAST_TTL);
        fail(WRONG_PASSWORD);
        detector.awaitRenewal();
        assertThat(detector.isAwaitingRenewal()).isFalse();
        assertThat(detector.shouldFailFast()).isTrue();

        detector.onOpened();
        fail(WRONG_PASSWORD);
        detector.awaitRenewal();
        assertThat(detector.isAwaitingRenewal()).isTrue();
    }

    @Test
    void newCredentialsEndARefusalAndNoOtherFailure() {
        fail(WRONG_PASSWORD);
        assertThat(detector.shouldFailFast()).isTrue();
        detector.onRenewed();
        assertThat(detector.lastAttemptFailed()).isFalse();
        assertThat(detector.shouldFailFast()).isFalse();

        fail(REFUSED);
        detector.declareDown();
        detector.onRenewed();
        assertThat(detector.shouldFailFast()).isTrue();
    }
}
