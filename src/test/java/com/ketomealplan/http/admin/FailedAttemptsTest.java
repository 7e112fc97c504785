package com.ketomealplan.http.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** On a clock of the test's. */
class FailedAttemptsTest {

    private static final Duration NONE = Duration.ZERO;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000); // it may overflow
    private final FailedAttempts attempts = new FailedAttempts(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void failUpTo(int times, String address) {
        for (int i = 0; i < times; i++) {
            assertThat(attempts.waitOf(address, false)).isEqualTo(NONE);
        }
    }

    @Test
    void tenInAMinuteAreLookedAt() {
        failUpTo(FailedAttempts.MOST, "10.0.0.1");
        pass(Duration.ofSeconds(20));
        assertThat(attempts.waitOf("10.0.0.1", false)).isEqualTo(Duration.ofSeconds(40));
        assertThat(attempts.waitOf("10.0.0.1", true)).isEqualTo(Duration.ofSeconds(40));
        assertThat(attempts.waitOf("10.0.0.2", true)).isEqualTo(NONE);
        assertThat(attempts.waitOf("10.0.0.2", false)).isEqualTo(NONE);

        pass(Duration.ofSeconds(40));
        assertThat(attempts.waitOf("10.0.0.1", true)).isEqualTo(NONE);
        failUpTo(FailedAttempts.MOST, "10.0.0.1");
        assertThat(attempts.waitOf("10.0.0.1", true)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whoIsRightIsNeitherCountedNorForgiven() {
        for (int i = 0; i < 100; i++) {
            assertThat(attempts.waitOf("10.0.0.1", true)).isEqualTo(NONE);
        }
        failUpTo(FailedAttempts.MOST - 1, "10.0.0.1");
        assertThat(attempts.waitOf("10.0.0.1", true)).isEqualTo(NONE);
        failUpTo(1, "10.0.0.1");
        assertThat(attempts.waitOf("10.0.0.1", true)).isPositive();
    }

    @Test
    void allAddressesOfAnIpv6NetworkAreOneClients() {
        for (int i = 0; i < FailedAttempts.MOST; i++) {
            failUpTo(1, "2001:db8:1:2::" + i);
        }
        assertThat(attempts.waitOf("[2001:db8:1:2:ffff::1]", true)).isPositive();
        assertThat(attempts.waitOf("2001:db8:1:2::1%eth0", true)).isPositive();
        assertThat(attempts.waitOf("2001:db8:1:3::1", true)).isEqualTo(NONE);
    }

    @Test
    void thoseForWhomThereIsNoRoomShareTheirTen() {
        for (int i = 0; i < FailedAttempts.MOST_ADDRESSES; i++) {
            failUpTo(1, "10.1." + i / 256 + "." + i % 256);
        }
        for (int i = 0; i < FailedAttempts.MOST; i++) {
            failUpTo(1, "10.2.0." + i);
        }
        assertThat(attempts.waitOf("10.3.0.1", false)).isPositive();
        assertThat(attempts.waitOf("10.1.0.1", true)).isEqualTo(NONE); // has a window of its own
        assertThat(attempts.size()).isEqualTo(FailedAttempts.MOST_ADDRESSES + 1);

        pass(Duration.ofMinutes(1));
        assertThat(attempts.waitOf("10.3.0.1", false)).isEqualTo(NONE);
        assertThat(attempts.size()).isEqualTo(1);
    }
}
