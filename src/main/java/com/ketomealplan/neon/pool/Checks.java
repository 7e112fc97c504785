package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Listeners;
import java.time.Duration;
import java.util.Optional;

/** Whether an idle connection may be lent: found out without asking the server. Called without the pool's lock, by who holds the connection. */
final class Checks {

    private final Evictions evictions;
    private final Generations generations;
    private final Listeners<PoolListener> listeners;

    Checks(Evictions evictions, Generations generations, Listeners<PoolListener> listeners) {
        this.evictions = evictions;
        this.generations = generations;
        this.listeners = listeners;
    }

    /** Why it may not be lent; empty if it may. */
    Optional<Eviction> reasonAgainst(PooledConnection candidate) {
        if (evictions.isAged(candidate)) {
            return Optional.of(Eviction.AGED);
        }
        return stands(candidate) ? Optional.empty() : Optional.of(Eviction.LOST);
    }

    /** Whether it would be lent without a look at its socket. */
    boolean isBeyondDoubt(PooledConnection candidate) {
        return candidate.isTrusted() && candidate.generation() == generations.current();
    }

    boolean stands(PooledConnection candidate) {
        int current = generations.current();
        boolean suspect = candidate.generation() != current; // a sibling was found dead: one look, which is free
        boolean stands;
        if (candidate.isTrusted() && !suspect) {
            stands = candidate.isAlive();
        } else {
            long begun = System.nanoTime();
            stands = suspect ? candidate.physical().isAlive() : candidate.isAlive();
            Duration time = Duration.ofNanos(System.nanoTime() - begun);
            listeners.forEach(listener -> listener.checked(time));
        }
        if (stands) {
            candidate.joins(current);
        }
        return stands;
    }
}
