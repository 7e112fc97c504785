package com.ketomealplan.http;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

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

    private static final int MOST_WATCHERS = 100;

    private final LongSupplier nanoTime;
    private final Map<String, Watcher> watchers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Watcher> longestNotSeen) {
            return size() > MOST_WATCHERS;
        }
    };
    private Map<Object, Long> silentSince = Map.of();
    private volatile long lastRequest;

    /**
     * Who looks every few seconds.
     *
     * @param lookNanos when the last time was
     * @param pauseNanos between the last two; 0 if he has looked only once
     * @param notReady how often in a row he has seen by now that the instance is not ready
     */
    private record Watcher(long lookNanos, long pauseNanos, int notReady) {}

    Traffic(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastRequest = nanoTime.getAsLong() - Duration.ofDays(1).toNanos(); // none
    }

    /** A request has come that is no probe. */
    void requested() {
        lastRequest = nanoTime.getAsLong();
    }

    /**
     * Somebody has looked whether this instance is ready.
     *
     * @param who the address, as the only name that a prober has
     */
    synchronized void looked(String who, boolean ready) {
        long now = nanoTime.getAsLong();
        Watcher before = watchers.get(who);
        long pause = before == null ? 0 : now - before.lookNanos();
        int notReady = ready ? 0 : before == null ? 1 : before.notReady() + 1;
        watchers.put(who, new Watcher(now, pause, notReady));
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

    /** Whether everybody who still looks has seen it often enough. */
    synchronized boolean everybodyKnows() {
        long now = nanoTime.getAsLong();
        return watchers.values().stream().allMatch(watcher -> watcher.notReady() >= LOOKS || isGone(watcher, now));
    }

    /** He has missed a look, or was never to come again. */
    private static boolean isGone(Watcher watcher, long now) {
        return watcher.pauseNanos() == 0 || now - watcher.lookNanos() - LATE.toNanos() > 2 * watcher.pauseNanos();
    }
}
