package com.ketomealplan.neon.lease;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What becomes of one {@link Lease}: its {@link LeaseState}, and what is known of it from then on, changed at once. Of two threads that
 * want different things of it one wins; that one does the work. Thread-safe.
 */
final class LeaseTransitions {

    /**
     * Why a lease was closed under its borrower.
     *
     * @param serverSilent whether the server has not answered, not even the request to cancel
     */
    record Expiry(String reason, boolean serverSilent) {}

    /**
     * @param last its last state but {@link LeaseState#RETURNED}
     * @param expiry null unless that is {@link LeaseState#EXPIRED}
     */
    private record Standing(LeaseState now, LeaseState last, Expiry expiry) {

        private static final Standing ACTIVE = of(LeaseState.ACTIVE);
        private static final Standing COMMITTING = of(LeaseState.COMMITTING);
        private static final Standing CANCELLING = of(LeaseState.CANCELLING);

        private static Standing of(LeaseState state) {
            return new Standing(state, state, null);
        }
    }

    private final AtomicReference<Standing> standing = new AtomicReference<>(Standing.ACTIVE);

    LeaseState now() {
        return standing.get().now();
    }

    /** Its last state but {@link LeaseState#RETURNED}: in which it is, or was given back. */
    LeaseState last() {
        return standing.get().last();
    }

    /** Why it was closed under its borrower, if it was, also after its return. */
    Optional<Expiry> expiry() {
        return Optional.ofNullable(standing.get().expiry());
    }

    /** Returns whether it was in that state and is now in the next one, which is none of its ends. */
    boolean move(LeaseState from, LeaseState to) {
        return move(
                from,
                switch (to) {
                    case ACTIVE -> Standing.ACTIVE;
                    case COMMITTING -> Standing.COMMITTING;
                    case CANCELLING -> Standing.CANCELLING;
                    case EXPIRED, RETURNED -> throw new IllegalArgumentException(to + " has a method of its own");
                });
    }

    /** The same, to {@link LeaseState#EXPIRED}. */
    boolean expire(LeaseState from, Expiry reason) {
        return move(from, new Standing(LeaseState.EXPIRED, LeaseState.EXPIRED, reason));
    }

    /** Returns from which state it was given back by this call; empty if it had been before. */
    Optional<LeaseState> giveBack() {
        while (true) {
            Standing was = standing.get();
            if (was.now() == LeaseState.RETURNED) {
                return Optional.empty();
            }
            if (standing.compareAndSet(was, new Standing(LeaseState.RETURNED, was.last(), was.expiry()))) {
                return Optional.of(was.last());
            }
        }
    }

    private boolean move(LeaseState from, Standing to) {
        if (!from.canBecome(to.now())) {
            throw new IllegalStateException(from + " cannot become " + to.now());
        }
        Standing was = standing.get();
        return was.now() == from && standing.compareAndSet(was, to);
    }
}
