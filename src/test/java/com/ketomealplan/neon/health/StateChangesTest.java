package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which changes of the state are told. */
class StateChangesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final StateChanges changes = new StateChanges(nanos::get);

    private static DatabaseStatus status(Condition condition) {
        return new DatabaseStatus(
                condition, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(), false, false);
    }

    private Optional<StateChanges.Told> change(Condition from, Condition to) {
        nanos.addAndGet(Duration.ofMillis(50).toNanos());
        return changes.changed(from, Duration.ofMillis(50), status(to));
    }

    private int toldOf(int times) {
        int told = 0;
        for (int i = 0; i < times; i++) {
            told += change(Condition.BUSY, Condition.THROTTLED).isPresent() ? 1 : 0;
            told += change(Condition.THROTTLED, Condition.BUSY).isPresent() ? 1 : 0;
        }
        return told;
    }

    @Test
    void eachIsToldThatComesNowAndThen() {
        for (int i = 0; i < 20; i++) {
            assertThat(change(Condition.UP, Condition.DOWN)).isPresent();
            assertThat(change(Condition.DOWN, Condition.UP))
                    .hasValueSatisfying(told -> assertThat(told.between()).isZero());
            nanos.addAndGet(StateChanges.WINDOW.dividedBy(3).toNanos());
        }
    }

    /** Ten times a second, for ten seconds. */
    @Test
    void whatGoesToAndFroIsToldAFewTimes() {
        assertThat(toldOf(99)).isEqualTo(6);
        assertThat(changes.isHolding()).isTrue();
        assertThat(toldOf(101)).as("those of the next ten seconds").isLessThanOrEqualTo(6);
    }

    @Test
    void andThenWhatItHasComeToWithTheNumberOfTheOthers() {
        toldOf(10);
        assertThat(changes.due()).isEmpty();

        nanos.addAndGet(StateChanges.WINDOW.toNanos());

        assertThat(changes.due()).hasValueSatisfying(told -> {
            assertThat(told.now().condition()).isEqualTo(Condition.BUSY);
            assertThat(told.between()).isEqualTo(13);
        });
        assertThat(changes.isHolding()).isFalse();
        assertThat(changes.due()).isEmpty();
    }

    /** An outage is not lost among them. */
    @Test
    void anotherChangeIsToldAtOnce() {
        toldOf(10);

        assertThat(change(Condition.BUSY, Condition.DOWN))
                .hasValueSatisfying(told -> assertThat(told.between()).isEqualTo(14));
    }
}
