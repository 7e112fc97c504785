package com.ketomealplan.neon.pool.core;

import java.time.Duration;
import java.util.Collection;

/**
 * The generations of a pool's connections. A connection belongs to the generation in which it was opened, or last found alive; a lost one
 * makes its generation suspect. Guarded by the pool's lock, except {@link #current}.
 */
final class Generations {

    /** A connection without an answer for so long confirms that the server is unresponsive. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    /** How long an unresponsive connection counts against the others of its generation. */
    private static final Duration SILENCE_TTL = Duration.ofSeconds(30);

    private volatile int current;
    /** Connections up to this generation are not used again. */
    private int evictedUpTo = -1;
    /** The generation of the last connection found unresponsive, and when that was. */
    private int silentGeneration = -1;

    private long silentNanos;

    /** May be called by any thread, without the lock. */
    int current() {
        return current;
    }

    /** Returns whether the generation of a connection is evicted. */
    boolean isEvicted(PooledConnection connection) {
        return connection.generation() <= evictedUpTo;
    }

    /**
     * Makes the generation of a lost connection suspect: each of its other connections is checked before its next use.
     *
     * @return whether it was not suspect before
     */
    boolean suspectGenerationOf(PooledConnection lost) {
        boolean first = lost.generation() == current;
        if (first) {
            current++;
        }
        return first;
    }

    /**
     * Evicts all generations so far, if an unresponsive connection is confirmed: by a second one of its generation within
     * {@link #SILENCE_TTL}, by one that has waited for an answer for {@link #SILENCE}, or because no other one is open.
     *
     * @param active the borrowed connections
     * @param only whether no other connection is open
     * @return whether they are evicted now; false also if its generation was before
     */
    boolean evictGenerationOf(PooledConnection unanswered, Collection<PooledConnection> active, boolean only) {
        int generation = unanswered.generation();
        if (generation <= evictedUpTo) {
            return false;
        }
        boolean second = silentGeneration == generation && System.nanoTime() - silentNanos < SILENCE_TTL.toNanos();
        boolean confirmed = second
                || only
                || active.stream()
                        .anyMatch(other -> other.generation() == generation && other.waitsLongerThan(SILENCE));
        silentGeneration = generation;
        silentNanos = System.nanoTime();
        if (confirmed) {
            evictedUpTo = current;
            current++;
        }
        return confirmed;
    }
}
