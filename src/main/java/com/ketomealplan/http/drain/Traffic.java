package com.ketomealplan.http.drain;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Records requests and readiness probes, to detect that balancers have taken this instance out: no requests arrive, and all clients of
 * the probe have seen that it is not ready. No requests alone may only be little traffic.
 */
final class Traffic {

    /** The number of consecutive failures after which HAProxy and Kubernetes take an instance out. */
    private static final int CONFIRMATIONS = 3;

    /** How much a probe may be late. */
    private static final Duration TOLERANCE = Duration.ofMillis(500);

    /** The time between two probes of a pair. */
    private static final Duration PAIR = Duration.ofMillis(100);

    /** The shortest interval that is assumed, because two probes may be of two clients. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(2);

    /** The number of intervals that are kept for each client. */
    private static final int PAUSES = 4;

    private static final int MAX_CLIENTS = 100;

    private final LongSupplier nanoTime;
    private volatile boolean kubelet;
    private final Map<ProbeClient, ProbeHistory> histories = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ProbeClient, ProbeHistory> longestNotSeen) {
            return size() > MAX_CLIENTS;
        }
    };
    private Map<Object, Long> silentSince = Map.of();
    private volatile long lastRequest;

    /**
     * Identifies a client of the probe. Several may have one address: two backends of a HAProxy, the probes of both ports, or
     * curl beside a balancer on the same machine.
     */
    record ProbeClient(String address, int port, String agent) {

        private static final int MAX_AGENT_LENGTH = 100; // it is kept in memory, and chosen by the client

        ProbeClient {
            agent = agent == null ? "" : agent.substring(0, Math.min(agent.length(), MAX_AGENT_LENGTH));
        }
    }

    /**
     * The probes of a client; or of several with the same identity, which may probe in pairs.
     *
     * @param lookNanos when the last probe was
     * @param pauses the last intervals in nanoseconds; empty after one probe
     * @param quickestNanos the shortest of those until the first probe that was not ready, without those within a pair: many clients
     *     probe again at once what was not ready; 0 if not known
     * @param notReady the number of consecutive probes that were not ready
     * @param notReadyNanos when the first of these was
     */
    private record ProbeHistory(
            long lookNanos, List<Long> pauses, long quickestNanos, int notReady, long notReadyNanos) {

        static ProbeHistory newcomer(long now) {
            return new ProbeHistory(now, List.of(), 0, 0, now);
        }

        ProbeHistory onProbe(long now, boolean ready) {
            List<Long> last =
                    Stream.concat(pauses.stream(), Stream.of(now - lookNanos)).toList();
            List<Long> kept = last.subList(Math.max(0, last.size() - PAUSES), last.size());
            return new ProbeHistory(now, kept, notReady == 0 ? quickest(kept) : quickestNanos, notReady, notReadyNanos)
                    .withResult(ready, now);
        }

        private static long quickest(List<Long> pauses) {
            return pauses.stream()
                    .mapToLong(Long::longValue)
                    .filter(pause -> pause > PAIR.toNanos())
                    .min()
                    .orElse(0);
        }

        ProbeHistory withResult(boolean ready, long now) {
            return new ProbeHistory(
                    lookNanos, pauses, quickestNanos, ready ? 0 : notReady + 1, notReady == 0 ? now : notReadyNanos);
        }

        /** Returns the longest of the last intervals: within a pair it is only some milliseconds. */
        long pauseNanos() {
            return pauses.stream().mapToLong(Long::longValue).max().orElse(0);
        }

        /** Returns whether each client of a pair has seen enough probes that were not ready. */
        boolean hasSeenNotReady(long now) {
            return notReady >= CONFIRMATIONS
                    && now - notReadyNanos >= (CONFIRMATIONS - 1) * pauseNanos() + PAIR.toNanos();
        }

        /**
         * Returns whether the client probes so seldom that it would take longer to see it often enough. The shortest interval
         * decides: waiting in vain costs bounded time; not waiting when we should loses requests.
         */
        boolean isTooSlow(Duration atMost) {
            return (CONFIRMATIONS - 1) * quickestNanos > atMost.toNanos();
        }

        /** Returns whether the client has missed a probe, or has probed only once. */
        boolean isGone(long now) {
            long pause = Math.max(pauseNanos(), SHORTEST_PAUSE.toNanos());
            return pauses.isEmpty() || now - lookNanos - TOLERANCE.toNanos() > 2 * pause;
        }
    }

    Traffic(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastRequest = nanoTime.getAsLong() - Duration.ofDays(1).toNanos(); // none
    }

    /** Records a request that is no probe. */
    void onRequest() {
        lastRequest = nanoTime.getAsLong();
    }

    /** Records that a kubelet probes this instance: its endpoint is removed by another way than the probe. */
    void onKubeletProbe() {
        kubelet = true;
    }

    boolean isInKubernetes() {
        return kubelet;
    }

    /** Records a readiness probe. */
    synchronized void onProbe(ProbeClient client, boolean ready) {
        long now = nanoTime.getAsLong();
        ProbeHistory before = histories.get(client);
        histories.put(
                client,
                before == null ? ProbeHistory.newcomer(now).withResult(ready, now) : before.onProbe(now, ready));
    }

    /**
     * Sets the connections without a request so far. They count as traffic for one quiet period, after which they are taken to be reserves.
     */
    void connected(Set<?> silent) {
        long now = nanoTime.getAsLong();
        Map<Object, Long> since = new HashMap<>();
        silent.forEach(connection -> since.put(connection, silentSince.getOrDefault(connection, now)));
        silentSince = since;
    }

    /** Returns whether no request and no new connection has arrived for so long. */
    boolean isQuietFor(Duration time) {
        long now = nanoTime.getAsLong();
        Collection<Long> newcomers = silentSince.values();
        return now - lastRequest >= time.toNanos()
                && newcomers.stream().allMatch(since -> now - since >= time.toNanos());
    }

    /**
     * Returns whether all active clients of the probe have seen that the instance is not ready.
     *
     * @param atMost how long they are waited for: a client that probes too seldom for that is not waited for at all
     */
    synchronized boolean allProbesHaveSeenNotReady(Duration atMost) {
        long now = nanoTime.getAsLong();
        return histories.values().stream()
                .allMatch(history -> history.hasSeenNotReady(now) || history.isGone(now) || history.isTooSlow(atMost));
    }
}
