package com.ketomealplan.neon.pool;

import java.time.Duration;
import java.util.Collection;

/**
 * Which connections of a pool are in doubt because of what happened to a sibling. Each connection has the generation in which it was
 * opened, or last found alive. Guarded by the pool's lock, but for {@link #current}.
 */
final class Generations {

    /** A statement that has had no answer for so long confirms that the server does not answer. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    /** How long a connection without an answer is held against its siblings. */
    private static final Duration SILENCE_TTL = Duration.ofSeconds(30);

    private volatile int current;
    /** Connections up to this generation are not used again: their server is silent. */
    private int condemned = -1;
    /** That of the last connection found silent, and when. */
    private int silent = -1;

    private long silentNanos;

    /** By any thread. */
    int current() {
        return current;
    }

    /** Whether a connection is not to be used again, nor its siblings of that age. */
    boolean areCondemned(PooledConnection connection) {
        return connection.generation() <= condemned;
    }

    /**
     * The server, or the network, has ended a connection: each of the others is checked before its next use.
     *
     * @return whether they were not in doubt before
     */
    boolean suspectSiblingsOf(PooledConnection lost) {
        if (lost.generation() != current) {
            return false;
        }
        current++;
        return true;
    }

    /**
     * The server has not answered on a connection. One alone says nothing of its siblings; a second one of that age within
     * {@link #SILENCE_TTL} does, or one that waits now, or if there is no other one.
     *
     * @param borrowed those in use
     * @param alone whether no other connection is open
     * @return whether those of its age are condemned
     */
    boolean condemnSiblingsOf(PooledConnection unanswered, Collection<PooledConnection> borrowed, boolean alone) {
        int age = unanswered.generation();
        if (age <= condemned) {
            return false;
        }
        boolean second = silent == age && System.nanoTime() - silentNanos < SILENCE_TTL.toNanos();
        boolean confirmed = second
                || alone
                || borrowed.stream().anyMatch(other -> other.generation() == age && other.waitsLongerThan(SILENCE));
        silent = age;
        silentNanos = System.nanoTime();
        if (confirmed) {
            condemned = current;
            current++;
        }
        return confirmed;
    }
}
