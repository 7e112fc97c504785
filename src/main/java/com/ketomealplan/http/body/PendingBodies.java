package com.ketomealplan.http.body;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The request bodies that did not arrive together with their heads. Their memory together is bounded, from their first bytes
 * to the end of their requests. When it is full, the bodies that have been arriving longest are discarded, so that slow clients
 * cannot keep others out. Thread-safe.
 */
final class PendingBodies {

    private static final Logger LOG = LoggerFactory.getLogger(PendingBodies.class);

    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private static final int PART_OF_HEAP = 8;

    private final long capacity;
    private final Duration longest;
    private final Gauge arriving;
    private final Counter cut;

    /** The bytes of the bodies that are arriving, oldest first. */
    private final Map<PendingBody, Long> byArrival = new LinkedHashMap<>();

    /** The bytes of the complete bodies, whose requests are being processed. */
    private final Map<PendingBody, Long> processing = new HashMap<>();

    private long held;
    private long suppressed;
    private long loggedNanos = System.nanoTime() - PAUSE_NANOS;

    /**
     * @param capacity in bytes, for all of them
     * @param longest the time for a body to arrive
     */
    PendingBodies(long capacity, Duration longest, PrometheusRegistry registry) {
        this.capacity = capacity;
        this.longest = longest;
        this.arriving = Gauge.builder()
                .name("http_server_bodies_arriving")
                .help("Requests whose body is still arriving. They have no thread.")
                .register(registry);
        this.cut = Counter.builder()
                .name("http_server_bodies_cut")
                .help("Requests refused because their body took too long, or because there was no room for it.")
                .labelNames("cause")
                .register(registry);
        cut.initLabelValues("slow");
        cut.initLabelValues("no_room");
    }

    /** Returns a part of the heap, but enough for two of the largest bodies. */
    static long capacityFor(long maxBodySize) {
        return Math.max(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, 2 * maxBodySize);
    }

    synchronized void enter(PendingBody body, long bytes) {
        byArrival.put(body, 0L);
        arriving.set(byArrival.size());
        hasRoom(body, bytes);
    }

    /** Reserves memory for an arriving body, for which others may be discarded; returns false if there is none. */
    synchronized boolean hasRoom(PendingBody body, long bytes) {
        Long before = byArrival.get(body);
        if (before == null) {
            return false;
        }
        byArrival.replace(body, bytes);
        held += bytes - before;
        for (Iterator<PendingBody> oldest = byArrival.keySet().iterator(); held > capacity && oldest.hasNext(); ) {
            PendingBody victim = oldest.next();
            held -= byArrival.get(victim);
            oldest.remove();
            victim.discard();
            count("no_room");
        }
        arriving.set(byArrival.size());
        return byArrival.containsKey(body);
    }

    /** Marks a body as complete; returns false if it was discarded. */
    synchronized boolean arrived(PendingBody body) {
        Long bytes = byArrival.remove(body);
        if (bytes != null) {
            processing.put(body, bytes);
        }
        arriving.set(byArrival.size());
        return bytes != null;
    }

    /** Releases the memory of a body, at the end of its request. */
    synchronized void leave(PendingBody body) {
        Long bytes = processing.remove(body);
        held -= bytes == null ? 0 : bytes;
    }

    /** Returns the bytes of all bodies. */
    synchronized long held() {
        return held;
    }

    Optional<BodyRefusedException> tooSlowAfter(long nanos) {
        return nanos > longest.toNanos() ? Optional.of(tooSlow()) : Optional.empty();
    }

    BodyRefusedException tooSlow() {
        count("slow");
        return BodyRefusedException.tooSlow(longest);
    }

    private synchronized void count(String cause) {
        cut.labelValues(cause).inc();
        suppressed++;
        long now = System.nanoTime();
        if (now - loggedNanos >= PAUSE_NANOS) {
            LOG.warn(
                    "{} request bodies were cut off, the last one as {}: limits are {} ms to arrive and {} MiB together."
                            + " {} more are arriving",
                    suppressed,
                    cause,
                    longest.toMillis(),
                    capacity >> 20,
                    byArrival.size());
            loggedNanos = now;
            suppressed = 0;
        }
    }
}
