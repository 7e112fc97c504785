package com.ketomealplan.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Samples all traces up to a rate, so that the cost of tracing is bounded, whatever clients do. Thread-safe.
 */
final class BoundedSampler implements Sampler {

    /** The burst: the unused rate of this time may be used at once. */
    private static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();

    private final int perSecond;
    private final long intervalNanos;
    private final LongSupplier nanoTime;

    /** When the last sampled trace would have been due at even intervals. */
    private final AtomicLong dueNanos;

    BoundedSampler(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.intervalNanos = Duration.ofSeconds(1).toNanos() / perSecond;
        this.nanoTime = nanoTime;
        this.dueNanos = new AtomicLong(nanoTime.getAsLong() - BURST_NANOS);
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return isDue() ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }

    private boolean isDue() {
        while (true) {
            long now = nanoTime.getAsLong();
            long last = dueNanos.get();
            long next = (last - (now - BURST_NANOS) > 0 ? last : now - BURST_NANOS) + intervalNanos;
            if (next - now > 0) {
                return false;
            }
            if (dueNanos.compareAndSet(last, next)) {
                return true;
            }
        }
    }

    @Override
    public String getDescription() {
        return "BoundedSampler{%d/s}".formatted(perSecond);
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
