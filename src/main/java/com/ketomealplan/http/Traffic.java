package com.ketomealplan.http;

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
 * Whether anybody still sends requests here, and whether those who look if this instance is ready know that it is not. The
 * first alone does not tell that a balancer has taken the instance out: where there is little traffic, its next request is
 * only late.
 */
final class Traffic {

    /** In a row, before HAProxy and Kubernetes believe what they see. */
    private static final int LOOKS = 3;

    /** For what a look may be late. */
    private static final Duration LATE = Duration.ofMillis(500);

    /** For the second one of a pair. */
    private static final Duration PAIR = Duration.ofMillis(100);

    /** Two looks may be of two. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(2);

    /** That are remembered of each. */
    private static final int PAUSES = 4;

    private static final int MOST_WATCHERS = 100;

    private final LongSupplier nanoTime;
    private final Map<Who, Watcher> watchers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Watcher> longestNotSeen) {
            return size() > MOST_WATCHERS;
        }
    };
    private Map<Object, Long> silentSince = Map.of();
    private volatile long lastRequest;

    /**
     * By what those are told apart who look. Several may be behind one address: two backends of a HAProxy, the probers of both
     * ports, or a person's curl beside the balancer that runs on the same machine.
     */
    record Who(String address, int port, String agent) {

        private static final int LONGEST_AGENT = 100; // it is remembered, and is a stranger's choice

        Who {
            agent = agent == null ? "" : agent.substring(0, Math.min(agent.length(), LONGEST_AGENT));
        }
    }

    /**
     * Who looks every few seconds; or some of them, who cannot be told apart, and may look in pairs.
     *
     * @param lookNanos when the last time was
     * @param pauses between the last few, in nanoseconds; none if he has looked only once
     * @param notReady how often in a row he has seen by now that the instance is not ready
     * @param notReadyNanos when the first time in this row was
     */
    private record Watcher(long lookNanos, List<Long> pauses, int notReady, long notReadyNanos) {

        static Watcher newcomer(long now) {
            return new Watcher(now, List.of(), 0, now);
        }

        Watcher looked(long now, boolean ready) {
            List<Long> last =
                    Stream.concat(pauses.stream(), Stream.of(now - lookNanos)).toList();
            return new Watcher(
                            now, last.subList(Math.max(0, last.size() - PAUSES), last.size()), notReady, notReadyNanos)
                    .saw(ready, now);
        }

        Watcher saw(boolean ready, long now) {
            return new Watcher(lookNanos, pauses, ready ? 0 : notReady + 1, notReady == 0 ? now : notReadyNanos);
        }

        /** The longest of the last few: of those who look in pairs the next one is only some milliseconds away. */
        long pauseNanos() {
            return pauses.stream().mapToLong(Long::longValue).max().orElse(0);
        }

        /** Three looks of two who look in pairs are only two of the first one's. */
        boolean knows(long now) {
            return notReady >= LOOKS && now - notReadyNanos >= (LOOKS - 1) * pauseNanos() + PAIR.toNanos();
        }

        /** Whether it would take longer than that until he knew. */
        boolean isTooSlow(Duration atMost) {
            return (LOOKS - 1) * pauseNanos() > atMost.toNanos();
        }

        /** He has missed a look, or was never to come again. */
        boolean isGone(long now) {
            long pause = Math.max(pauseNanos(), SHORTEST_PAUSE.toNanos());
            return pauses.isEmpty() || now - lookNanos - LATE.toNanos() > 2 * pause;
        }
    }

    Traffic(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastRequest = nanoTime.getAsLong() - Duration.ofDays(1).toNanos(); // none
    }

    /** A request has come that is no probe. */
    void requested() {
        lastRequest = nanoTime.getAsLong();
    }

    /** Somebody has looked whether this instance is ready. */
    synchronized void looked(Who who, boolean ready) {
        long now = nanoTime.getAsLong();
        Watcher before = watchers.get(who);
        watchers.put(who, before == null ? Watcher.newcomer(now).saw(ready, now) : before.looked(now, ready));
    }

    /**
     * These are the connections over which nothing has been asked yet. Each will be, but for those that are opened in
     * reserve: they are waited for once. A probe that opens a connection and closes it again is not taken for one.
     */
    void connected(Set<?> silent) {
        long now = nanoTime.getAsLong();
        Map<Object, Long> since = new HashMap<>();
        silent.forEach(connection -> since.put(connection, silentSince.getOrDefault(connection, now)));
        silentSince = since;
    }

    /** Whether nothing has arrived for so long. */
    boolean isQuietFor(Duration time) {
        long now = nanoTime.getAsLong();
        Collection<Long> newcomers = silentSince.values();
        return now - lastRequest >= time.toNanos()
                && newcomers.stream().allMatch(since -> now - since >= time.toNanos());
    }

    /**
     * Whether everybody who still looks has seen it often enough.
     *
     * @param atMost how long they are waited for: who looks so seldom that this is not enough is not waited for at all
     */
    synchronized boolean everybodyKnows(Duration atMost) {
        long now = nanoTime.getAsLong();
        return watchers.values().stream()
                .allMatch(watcher -> watcher.knows(now) || watcher.isGone(now) || watcher.isTooSlow(atMost));
    }
}
