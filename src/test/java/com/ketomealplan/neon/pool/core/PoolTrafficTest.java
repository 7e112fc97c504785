package com.ketomealplan.neon.pool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pool's traffic says of the database, by a clock of the test. */
class PoolTrafficTest {

    private final AtomicLong clock = new AtomicLong(-1_000);
    private final PoolTraffic traffic = new PoolTraffic(clock::get);

    /** A compute that was slow, and has been suspended since, has the time of a wake. */
    @ParameterizedTest
    @CsvSource({"0, true", "29999, true", "30000, false", "600000, false"})
    void aMissedDeadlineIsForgotten(long millisecondsLater, boolean remembered) {
        traffic.onDeadlineMissed();
        clock.addAndGet(Duration.ofMillis(millisecondsLater).toNanos());

        assertThat(traffic.wasDeadlineMissedLately()).isEqualTo(remembered);
    }

    @Test
    void aConnectionThatIsOpenedEndsIt() {
        assertThat(traffic.wasDeadlineMissedLately()).isFalse();
        traffic.onDeadlineMissed();

        traffic.onOpened(false);

        assertThat(traffic.wasDeadlineMissedLately()).isFalse();
    }
}
