package com.ketomealplan.neon.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.observe.AwakeLedger.Page;
import com.ketomealplan.neon.observe.AwakeLedger.Share;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The ledger of what keeps the compute awake, by a clock of the test. */
class AwakeLedgerTest {

    private static final Duration SUSPEND_AFTER = Duration.ofMinutes(5);

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    private final AwakeLedger ledger = new AwakeLedger(clock, SUSPEND_AFTER, Optional.of(0.5), true);

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private Map<String, Duration> today() {
        return ledger.page().shares().stream().collect(Collectors.toMap(Share::who, Share::today));
    }

    private static OpeningTimes login(Duration time) {
        return new OpeningTimes(time, Map.of(Phase.LOGIN, time));
    }

    @Test
    void itStartsEmpty() {
        Page page = ledger.page();

        assertThat(page.awake()).isZero();
        assertThat(page.awakeUntil()).isEmpty();
        assertThat(page.shares()).isEmpty();
        assertThat(page.warnings()).isEmpty();
    }

    @Test
    void aUseKeepsTheComputeAwakeForItsTimeAndTheSuspendTime() {
        pass(Duration.ofSeconds(2));
        ledger.onUse("UserResource.get", Duration.ofSeconds(2));

        assertThat(ledger.page().awake()).isEqualTo(Duration.ofSeconds(2));
        assertThat(ledger.page().awakeUntil()).contains(now.plus(SUSPEND_AFTER));
        pass(Duration.ofMinutes(1));
        assertThat(ledger.page().awake()).isEqualTo(Duration.ofSeconds(62));
        pass(Duration.ofHours(1));
        assertThat(ledger.page().awake()).isEqualTo(Duration.ofSeconds(302));
        assertThat(ledger.page().awakeUntil()).isEmpty();
        assertThat(ledger.page().computeHours().orElseThrow()).isEqualTo(0.5 * 302 / 3600);
    }

    @Test
    void theTimeBetweenTwoUsesCountsForTheFirst() {
        ledger.onUse("first", Duration.ZERO);
        pass(Duration.ofMinutes(2));
        ledger.onUse("second", Duration.ZERO);
        pass(Duration.ofHours(1));

        assertThat(today()).containsOnly(Map.entry("first", Duration.ofMinutes(2)), Map.entry("second", SUSPEND_AFTER));
    }

    @Test
    void concurrentUsesAreCountedOnce() {
        pass(Duration.ofSeconds(10));
        ledger.onUse("long", Duration.ofSeconds(10));
        pass(Duration.ofSeconds(1));
        ledger.onUse("longer", Duration.ofSeconds(11));
        pass(Duration.ofHours(1));

        assertThat(ledger.page().awake()).isEqualTo(SUSPEND_AFTER.plusSeconds(11));
    }

    @Test
    void aDayEndsAtMidnight() {
        now = Instant.parse("2026-11-23T23:59:00Z");
        ledger.onUse("late", Duration.ZERO);
        pass(Duration.ofMinutes(3));

        assertThat(ledger.page().day()).isEqualTo(LocalDate.parse("2026-11-24"));
        assertThat(ledger.page().awake()).isEqualTo(Duration.ofMinutes(2));
        assertThat(ledger.page().shares())
                .containsExactly(new Share("late", Duration.ofMinutes(2), Duration.ofMinutes(3), 0));
    }

    /** Where nothing looks at it for days, and the suspend time is as long. */
    @Test
    void wholeDaysAreCredited() {
        AwakeLedger slow = new AwakeLedger(clock, Duration.ofDays(7), Optional.empty(), true);
        now = Instant.parse("2026-11-23T12:00:00Z");
        slow.onUse("early", Duration.ZERO);
        pass(Duration.ofDays(2));

        assertThat(slow.page().shares())
                .containsExactly(new Share("early", Duration.ofHours(12), Duration.ofHours(48), 0));
    }

    /** Where nothing looks at it between the midnight and the next one. */
    @Test
    void theTimeAfterMidnightIsCreditedOnTheDayAfter() {
        now = Instant.parse("2026-11-23T23:58:00Z");
        ledger.onUse("late", Duration.ZERO);
        pass(Duration.ofDays(2));

        assertThat(ledger.page().shares()).containsExactly(new Share("late", Duration.ZERO, SUSPEND_AFTER, 0));
    }

    @Test
    void aDayMayBeginWithoutAnyUse() {
        pass(Duration.ofDays(2));
        assertThat(ledger.page().day()).isEqualTo(LocalDate.parse("2026-11-25"));
        ledger.onUse("late", Duration.ZERO);
        pass(Duration.ofMinutes(1));
        assertThat(ledger.page().awake()).isEqualTo(Duration.ofMinutes(1));
    }

    /** Otherwise no use would be recorded until it is as late again. */
    @Test
    void aClockThatIsSetBackIsFollowed() {
        ledger.onReturned(Duration.ofMillis(1));
        pass(SUSPEND_AFTER);
        pass(Duration.ofHours(-1));
        assertThat(ledger.page().awake()).isZero();

        ledger.onReturned(Duration.ofMillis(1));

        assertThat(ledger.page().awakeUntil()).contains(now.plus(SUSPEND_AFTER));
        pass(Duration.ofMinutes(1));
        assertThat(ledger.page().awake()).isEqualTo(Duration.ofMinutes(1).plusMillis(1));
    }

    @Test
    void aClockThatIsSetBackToAnotherDayIsFollowed() {
        ledger.onReturned(Duration.ofMillis(1));
        pass(Duration.ofDays(-3));

        ledger.onReturned(Duration.ofMillis(1));

        assertThat(ledger.page().day()).isEqualTo(LocalDate.of(2026, 11, 20));
        assertThat(today()).containsValue(Duration.ofMillis(1));
        pass(Duration.ofDays(1));
        ledger.onReturned(Duration.ofMillis(1));
        assertThat(ledger.page().day()).isEqualTo(LocalDate.of(2026, 11, 21));
    }

    @Test
    void aRegularUseThatIsTooFrequentIsOneWarning() {
        for (int i = 0; i < 10; i++) {
            ledger.onUse("task report", Duration.ofMillis(3));
            pass(Duration.ofSeconds(60).plusMillis(7 * i));
        }

        assertThat(ledger.page().warnings())
                .singleElement()
                .asString()
                .contains("task report", "every 60 s", "after 300 s");
    }

    @Test
    void aRareOrIrregularUseIsNoWarning() {
        int[] pauses = {1, 7, 30, 3, 90, 14, 250, 2, 61, 5};
        for (int pause : pauses) {
            ledger.onUse("people", Duration.ofMillis(3));
            pass(Duration.ofSeconds(pause));
        }
        for (int i = 0; i < 10; i++) {
            ledger.onUse("hourly", Duration.ofMillis(3));
            pass(Duration.ofHours(1));
        }

        assertThat(ledger.page().warnings()).isEmpty();
    }

    @Test
    void aWakeAfterAShorterSilenceCorrectsTheSuspendTime() {
        ledger.onUse("a", Duration.ZERO);
        pass(Duration.ofMinutes(3));
        ledger.onOpened(login(Duration.ofMillis(900)));

        assertThat(ledger.page().suspendAfter()).isCloseTo(Duration.ofMinutes(3), Duration.ofSeconds(1));
    }

    @Test
    void aRestartJustNowCorrectsNothing() {
        ledger.onUse("a", Duration.ZERO);
        pass(Duration.ofSeconds(20));
        ledger.onOpened(login(Duration.ofMillis(900)));

        assertThat(ledger.page().suspendAfter()).isEqualTo(SUSPEND_AFTER);
    }

    @Test
    void aComputeThatShouldSleepAndDoesNotIsAWarning() {
        ledger.onUse("a", Duration.ZERO);
        pass(Duration.ofMinutes(20));
        ledger.onOpened(login(Duration.ofMillis(20)));

        assertThat(ledger.page().warnings()).singleElement().asString().contains("awake 1 times");
        assertThat(ledger.page().suspendAfter()).isEqualTo(SUSPEND_AFTER);
    }
}
