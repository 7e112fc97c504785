package com.ketomealplan.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedSamplerTest {

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 7); // which overflows in the test, as nanoTime may
    private final BoundedSampler sampler = new BoundedSampler(20, clock::get);

    private long sampledOf(int traces) {
        return IntStream.range(0, traces)
                .filter(i -> sampler.shouldSample(
                                        Context.root(), "id", "name", SpanKind.SERVER, Attributes.empty(), List.of())
                                .getDecision()
                        == SamplingDecision.RECORD_AND_SAMPLE)
                .count();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void takesAllOfAFew() {
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(50));
            assertThat(sampledOf(1)).isEqualTo(1);
        }
    }

    @Test
    void takesSoManyOfMany() {
        assertThat(sampledOf(1_000)).isEqualTo(20); // the burst
        long sampled = 0;
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofSeconds(1));
            sampled += sampledOf(1_000);
        }
        assertThat(sampled).isEqualTo(200);
    }

    @Test
    void aLongSilenceDoesNotMakeABurstLonger() {
        sampledOf(1_000);
        pass(Duration.ofHours(1));

        assertThat(sampledOf(1_000)).isEqualTo(20);
    }
}
