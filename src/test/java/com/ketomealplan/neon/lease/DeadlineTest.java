package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The time of a wake is added to the deadline. */
class DeadlineTest {

    /** By hours, so that nothing depends on how fast the test runs. */
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aWakeExtendsItAsFarAsItsBudgetGoes() throws Exception {
        Deadline deadline = Deadline.within(
                HOUR, HOUR.multipliedBy(10), () -> Deadline.current().orElseThrow());
        assertThat(deadline.remaining()).isLessThanOrEqualTo(HOUR);

        deadline.extendForWake(HOUR.multipliedBy(6).toNanos());
        assertThat(deadline.remaining()).isBetween(HOUR.multipliedBy(6), HOUR.multipliedBy(7));
        assertThat(deadline.remainingWakeBudget()).isEqualTo(HOUR.multipliedBy(4));

        deadline.extendForWake(HOUR.multipliedBy(6).toNanos());
        assertThat(deadline.remaining()).isBetween(HOUR.multipliedBy(10), HOUR.multipliedBy(11));
        assertThat(deadline.remainingWakeBudget()).isZero();
        assertThat(deadline.duration()).isEqualTo(HOUR);
    }

    @Test
    void nestedWorkHasTheOuterOne() throws Exception {
        Deadline.within(HOUR, Duration.ZERO, () -> {
            Deadline outer = Deadline.current().orElseThrow();
            Deadline.within(
                    Duration.ZERO, HOUR, () -> assertThat(Deadline.current()).containsSame(outer));
            return null;
        });
        assertThat(Deadline.current()).isEmpty();
    }

    @Test
    void withoutABudgetAWakeIsNoReason() {
        Deadline deadline = Deadline.in(HOUR);
        deadline.extendForWake(HOUR.toNanos());

        assertThat(deadline.remaining()).isLessThanOrEqualTo(HOUR);
        assertThat(deadline.hasPassed()).isFalse();
        assertThat(Deadline.in(Duration.ZERO).hasPassed()).isTrue();
    }
}
