package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE); // System.nanoTime() may overflow
    private final LogThrottle throttle = new LogThrottle(Duration.ofSeconds(5), nanos::get);

    @Test
    void aPermitHasTheNumberOfRejectedCallsBeforeIt() {
        assertThat(throttle.tryAcquire()).hasValue(0);
        assertThat(throttle.tryAcquire()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(5).toNanos() - 1);
        assertThat(throttle.tryAcquire()).isEmpty();
        nanos.incrementAndGet();
        assertThat(throttle.tryAcquire()).hasValue(2);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(throttle.tryAcquire()).hasValue(0);
    }
}
