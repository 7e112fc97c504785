package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SparselyTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE); // where System.nanoTime() may be
    private final Sparsely sparsely = new Sparsely(Duration.ofSeconds(5), nanos::get);

    @Test
    void oneIsLetThroughWithTheNumberOfThoseBefore() {
        assertThat(sparsely.omittedBefore()).hasValue(0);
        assertThat(sparsely.omittedBefore()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(5).toNanos() - 1);
        assertThat(sparsely.omittedBefore()).isEmpty();
        nanos.incrementAndGet();
        assertThat(sparsely.omittedBefore()).hasValue(2);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(sparsely.omittedBefore()).hasValue(0);
    }
}
