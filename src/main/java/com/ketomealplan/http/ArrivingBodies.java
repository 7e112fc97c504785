package com.ketomealplan.http;

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
 * The bodies that were not there when their heads were. What they hold in memory together is bounded, from their first bytes
 * to the end of their requests. When there is no more room, those go that have been arriving longest: a client who means it
 * takes an instant, and one who does not would otherwise keep the others out. Thread-safe.
 */
final class ArrivingBodies {

    private static final Logger LOG = LoggerFactory.getLogger(ArrivingBodies.class);

    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private static final int PART_OF_HEAP = 8;

    private final long room;
    private final Duration longest;
    private final Gauge arriving;
    private final Counter cut;

    /** Bytes by body, the one that has been arriving longest first. */
    private final Map<ArrivingBody, Long> line = new LinkedHashMap<>();

    /** Bytes of those that have arrived and whose requests are at work. */
    private final Map<ArrivingBody, Long> atWork = new HashMap<>();

    private long held;
    private long unsaid;
    private long saidNanos = System.nanoTime() - PAUSE_NANOS;

    /**
     * @param room in bytes, for all of them
     * @param longest the time for a body to arrive
     */
    ArrivingBodies(long room, Duration longest, PrometheusRegistry registry) {
        this.room = room;
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

    /** A part of the heap, but enough for two of the largest. */
    static long roomBesides(long maxBodySize) {
        return Math.max(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, 2 * maxBodySize);
    }

    synchronized void enter(ArrivingBody body, long bytes) {
        line.put(body, 0L);
        arriving.set(line.size());
        hasRoom(body, bytes);
    }

    /** Whether a body that is arriving may hold so many bytes from now on. The others may have to make room. */
    synchronized boolean hasRoom(ArrivingBody body, long bytes) {
        Long before = line.get(body);
        if (before == null) {
            return false;
        }
        line.replace(body, bytes);
        held += bytes - before;
        for (Iterator<ArrivingBody> oldest = line.keySet().iterator(); held > room && oldest.hasNext(); ) {
            ArrivingBody victim = oldest.next();
            held -= line.get(victim);
            oldest.remove();
            victim.giveUp();
            count("no_room");
        }
        arriving.set(line.size());
        return line.containsKey(body);
    }

    /** Whether it had not to make room for others until now. From now on it has not. */
    synchronized boolean arrived(ArrivingBody body) {
        Long bytes = line.remove(body);
        if (bytes != null) {
            atWork.put(body, bytes);
        }
        arriving.set(line.size());
        return bytes != null;
    }

    /** Its request has ended. */
    synchronized void leave(ArrivingBody body) {
        Long bytes = atWork.remove(body);
        held -= bytes == null ? 0 : bytes;
    }

    /** How many bytes of bodies there are, of those that arrive and of those at work. */
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
        unsaid++;
        long now = System.nanoTime();
        if (now - saidNanos >= PAUSE_NANOS) {
            LOG.warn(
                    "{} bodies were cut off, the last one as {}: they have {} ms to arrive, and {} MiB together."
                            + " {} more are arriving",
                    unsaid,
                    cause,
                    longest.toMillis(),
                    room >> 20,
                    line.size());
            saidNanos = now;
            unsaid = 0;
        }
    }
}
