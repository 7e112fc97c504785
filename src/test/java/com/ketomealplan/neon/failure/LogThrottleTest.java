package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE); // where System.nanoTime() may be
    private final LogThrottle sparsely = new LogThrottle(Duration.ofSeconds(5), nanos::get);

    @Test
    void oneIsLetThroughWithTheNumberOfThoseBefore() {
        assertThat(sparsely.tryAcquire()).hasValue(0);
        assertThat(sparsely.tryAcquire()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(5).toNanos() - 1);
        assertThat(sparsely.tryAcquire()).isEmpty();
        nanos.incrementAndGet();
        assertThat(sparsely.tryAcquire()).hasValue(2);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(sparsely.tryAcquire()).hasValue(0);
    }
}
