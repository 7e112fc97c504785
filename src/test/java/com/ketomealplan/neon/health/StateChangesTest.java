package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The changes of the state that are reported, by a clock of the test. */
class StateChangesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final StateChanges changes = new StateChanges(nanos::get);

    private static DatabaseStatus status(DatabaseCondition condition) {
        return new DatabaseStatus(
                condition, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(), false, false);
    }

    private Optional<StateChanges.Report> change(DatabaseCondition from, DatabaseCondition to) {
        nanos.addAndGet(Duration.ofMillis(50).toNanos());
        return changes.changed(from, Duration.ofMillis(50), status(to));
    }

    private int reportsOf(int times) {
        int reported = 0;
        for (int i = 0; i < times; i++) {
            reported +=
                    change(DatabaseCondition.BUSY, DatabaseCondition.THROTTLED).isPresent() ? 1 : 0;
            reported +=
                    change(DatabaseCondition.THROTTLED, DatabaseCondition.BUSY).isPresent() ? 1 : 0;
        }
        return reported;
    }

    @Test
    void eachRareChangeIsReported() {
        for (int i = 0; i < 20; i++) {
            assertThat(change(DatabaseCondition.UP, DatabaseCondition.DOWN)).isPresent();
            assertThat(change(DatabaseCondition.DOWN, DatabaseCondition.UP))
                    .hasValueSatisfying(
                            reported -> assertThat(reported.between()).isZero());
            nanos.addAndGet(StateChanges.WINDOW.dividedBy(3).toNanos());
        }
    }

    /** Ten times a second, for ten seconds. */
    @Test
    void eachChangeOfAnAlternatingStateIsReportedThreeTimes() {
        assertThat(reportsOf(99)).isEqualTo(6);
        assertThat(changes.hasWithheld()).isTrue();
        assertThat(reportsOf(101)).as("those of the next ten seconds").isLessThanOrEqualTo(6);
    }

    @Test
    void theWithheldChangeIsReportedLaterWithTheNumberOfOmittedOnes() {
        reportsOf(10);
        assertThat(changes.due()).isEmpty();

        nanos.addAndGet(StateChanges.WINDOW.toNanos());

        assertThat(changes.due()).hasValueSatisfying(reported -> {
            assertThat(reported.now().condition()).isEqualTo(DatabaseCondition.BUSY);
            assertThat(reported.between()).isEqualTo(13);
        });
        assertThat(changes.hasWithheld()).isFalse();
        assertThat(changes.due()).isEmpty();
    }

    /** An outage is not withheld with them. */
    @Test
    void aChangeToAnotherConditionIsReportedAtOnce() {
        reportsOf(10);

        assertThat(change(DatabaseCondition.BUSY, DatabaseCondition.DOWN))
                .hasValueSatisfying(reported -> assertThat(reported.between()).isEqualTo(14));
    }
}
