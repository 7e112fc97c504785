package com.ketomealplan.neon.lease;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The {@link LeaseState} of one {@link Lease} and the reason of its expiry, changed atomically. Of two threads that attempt a transition,
 * one wins. Thread-safe.
 */
final class LeaseTransitions {

    /**
     * The reason why a lease was closed under its borrower.
     *
     * @param serverSilent whether the server has not answered COMMIT, or neither a statement nor its cancel request
     * @param nanos when it was closed
     */
    record Expiry(String reason, boolean serverSilent, long nanos) {}

    /**
     * @param last its last state but {@link LeaseState#ABANDONED} and {@link LeaseState#RETURNED}
     * @param expiry null unless that is {@link LeaseState#EXPIRED}
     */
    private record Snapshot(LeaseState now, LeaseState last, Expiry expiry) {

        private static final Snapshot ACTIVE = of(LeaseState.ACTIVE);
        private static final Snapshot COMMITTING = of(LeaseState.COMMITTING);
        private static final Snapshot CANCELLING = of(LeaseState.CANCELLING);

        private static Snapshot of(LeaseState state) {
            return new Snapshot(state, state, null);
        }
    }

    private final AtomicReference<Snapshot> current = new AtomicReference<>(Snapshot.ACTIVE);

    /** When it was returned, or when its return was last repeated. */
    private volatile long returnedNanos;

    LeaseState now() {
        return current.get().now();
    }

    /** Returns its last state other than {@link LeaseState#ABANDONED} and {@link LeaseState#RETURNED}. */
    LeaseState last() {
        return current.get().last();
    }

    /** Returns why it was closed under its borrower, if it was, also after its return. */
    Optional<Expiry> expiry() {
        return Optional.ofNullable(current.get().expiry());
    }

    /**
     * Checks that the borrower may use it.
     *
     * @throws DeadlineExceededException if it was closed under its borrower
     * @throws SQLException 08003 if it was returned
     */
    void checkUsable() throws SQLException {
        Snapshot snapshot = current.get();
        switch (snapshot.now()) {
            case ACTIVE, COMMITTING, CANCELLING -> {}
            case EXPIRED, ABANDONED ->
                throw new DeadlineExceededException(snapshot.expiry().reason(), (Throwable) null);
            case RETURNED -> throw new SQLException("the connection is closed", "08003");
        }
    }

    /** Moves between states other than the final ones; returns false if it was not in the expected one. */
    boolean move(LeaseState from, LeaseState to) {
        return move(
                from,
                switch (to) {
                    case ACTIVE -> Snapshot.ACTIVE;
                    case COMMITTING -> Snapshot.COMMITTING;
                    case CANCELLING -> Snapshot.CANCELLING;
                    case EXPIRED, ABANDONED, RETURNED ->
                        throw new IllegalArgumentException(to + " has a method of its own");
                });
    }

    /** Moves to {@link LeaseState#EXPIRED}; returns false if it was not in the expected state. */
    boolean expire(LeaseState from, Expiry reason) {
        return move(from, new Snapshot(LeaseState.EXPIRED, LeaseState.EXPIRED, reason));
    }

    /**
     * Moves from {@link LeaseState#EXPIRED} to {@link LeaseState#ABANDONED}, if it has been in that state for so long; returns false if it was
     * not.
     */
    boolean abandonAfter(Duration time) {
        Expiry expiry = current.get().expiry();
        return expiry != null
                && System.nanoTime() - expiry.nanos() >= time.toNanos()
                && move(LeaseState.EXPIRED, new Snapshot(LeaseState.ABANDONED, LeaseState.EXPIRED, expiry));
    }

    /** Moves to {@link LeaseState#RETURNED}, and returns the state before; empty if it was returned already. */
    Optional<LeaseState> release() {
        while (true) {
            Snapshot was = current.get();
            if (was.now() == LeaseState.RETURNED) {
                return Optional.empty();
            }
            returnedNanos = System.nanoTime();
            if (current.compareAndSet(was, new Snapshot(LeaseState.RETURNED, was.last(), was.expiry()))) {
                return Optional.of(was.now());
            }
        }
    }

    /** Returns whether it was returned so long ago, once in that time. Called by one thread. */
    boolean isReturnOverdue(Duration time) {
        boolean overdue = now() == LeaseState.RETURNED && System.nanoTime() - returnedNanos >= time.toNanos();
        if (overdue) {
            returnedNanos = System.nanoTime();
        }
        return overdue;
    }

    private boolean move(LeaseState from, Snapshot to) {
        if (!from.canBecome(to.now())) {
            throw new IllegalStateException(from + " cannot become " + to.now());
        }
        Snapshot was = current.get();
        return was.now() == from && current.compareAndSet(was, to);
    }
}
