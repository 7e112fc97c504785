package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.pool.EvictionReason;
import com.ketomealplan.neon.pool.PoolListener;
import java.time.Duration;
import java.util.Optional;

/**
 * Checks whether an idle connection may be lent, without a round trip. Called without the pool's lock, by the thread that holds the
 * connection.
 */
final class ConnectionValidator {

    private final Evictor evictor;
    private final Generations generations;
    private final Listeners<PoolListener> listeners;

    ConnectionValidator(Evictor evictor, Generations generations, Listeners<PoolListener> listeners) {
        this.evictor = evictor;
        this.generations = generations;
        this.listeners = listeners;
    }

    /** Returns why a connection must not be lent; empty if it may be. */
    Optional<EvictionReason> evictionReason(PooledConnection candidate) {
        if (evictor.isPastMaxLifetime(candidate)) {
            return Optional.of(EvictionReason.AGED);
        }
        return isUsable(candidate) ? Optional.empty() : Optional.of(EvictionReason.LOST);
    }

    /** Returns whether a connection would be lent without a check, unless the server has sent something on it. */
    boolean mayBypassCheck(PooledConnection candidate) {
        return candidate.wasUsedRecently() && candidate.generation() == generations.current();
    }

    boolean isUsable(PooledConnection candidate) {
        PhysicalConnection physical = candidate.physical();
        if (mayBypassCheck(candidate)) {
            return !physical.hasUnread() || physical.isAlive();
        }
        int current = generations.current();
        long begun = System.nanoTime();
        boolean usable = physical.isAlive();
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        listeners.forEach(listener -> listener.onChecked(time));
        if (usable) {
            candidate.setGeneration(current);
        }
        return usable;
    }
}
