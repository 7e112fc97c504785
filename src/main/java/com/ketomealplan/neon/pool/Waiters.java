package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The callers of a pool that wait: who may join them, who leaves them without a connection, and what each of those is told. */
final class Waiters {

    /** So often those are found whose time is over. */
    private static final Duration EXPIRY_LOOK = Duration.ofMillis(20);

    private final String name;
    private final WakeGate gate;
    private final Line line;
    private final Listeners<PoolListener> listeners;
    private final PoolState state;
    private final ReentrantLock lock;
    private final WaitQueue queue;
    private final PoolOpenings openings;
    private boolean expiryScheduled;

    Waiters(
            String name,
            WakeGate gate,
            Line line,
            Listeners<PoolListener> listeners,
            PoolState state,
            PoolOpenings openings) {
        this.name = name;
        this.gate = gate;
        this.line = line;
        this.listeners = listeners;
        this.state = state;
        this.lock = state.lock();
        this.queue = state.waiting();
        this.openings = openings;
    }

    /** After what time the calling thread may try again, if it would wait in vain. Called with the lock held. */
    Optional<Duration> rejects() {
        return queue.rejects(Deadline.current()
                .map(Deadline::left)
                .filter(left -> left.compareTo(line.longestWait()) < 0)
                .orElse(line.longestWait()));
    }

    /**
     * The calling thread waits from now on. Called with the lock held.
     *
     * @param mayWake whether it may be that it waits for a compute to wake
     */
    Turn join(boolean mayWake) {
        if (queue.isEmpty()) {
            openings.queueBegins();
            state.traffic().queueBegins();
        }
        Turn turn = new Turn(this, mayWake, line.longestWait());
        queue.add(turn);
        scheduleExpiry();
        return turn;
    }

    /** A connection that nobody has goes to the first of them, or to the idle ones. Called with the lock held. */
    void handOn(PooledConnection connection) {
        Turn first = queue.poll();
        if (first == null) {
            state.bag().putBack(connection);
        } else {
            state.bag().lend(connection);
            openings.served();
            first.call(connection);
        }
    }

    /** What a caller is told that may not wait. */
    SQLException rejected(Duration retryAfter) {
        PoolStatistics now;
        lock.lock();
        try {
            state.counters().rejected();
            state.traffic().strained();
            now = state.statistics();
        } finally {
            lock.unlock();
        }
        listeners.forEach(PoolListener::strained);
        Optional<OpeningFailedException> failure = gate.lastFailure();
        if (failure.isPresent() && gate.hasLastingFailure()) {
            return failure.get();
        }
        String what = now.waiting() >= line.most()
                ? "wait queue full (limit " + line.most() + ")"
                : "no connection is to be expected within the time that is left";
        return PoolExhaustedException.rejected(name, what, retryAfter, now);
    }

    /** What a caller is told whose time is over. If nothing is open, then it is not the pool that is too small. */
    SQLException timedOut(Duration waited) {
        PoolStatistics now = state.statistics();
        Optional<OpeningFailedException> failure = gate.lastFailure();
        if (failure.isPresent() && (now.active() == 0 || gate.hasLastingFailure())) {
            return failure.get();
        }
        if (now.size() == 0) {
            return PoolExhaustedException.stillOpening(name, gate.isWaking(), waited, now);
        }
        PoolExhaustedException timeout = PoolExhaustedException.timedOut(name, waited, now);
        failure.ifPresent(timeout::initCause);
        return timeout;
    }

    /** Lets a caller leave, unless he was called just now. */
    boolean leaves(Turn turn) {
        List<PoolOpenings.Opening> surplus;
        lock.lock();
        try {
            if (!queue.remove(turn)) {
                return false;
            }
            left(1);
            surplus = openings.surplus();
        } finally {
            lock.unlock();
        }
        surplus.forEach(PoolOpenings.Opening::takeBack);
        listeners.forEach(PoolListener::strained);
        return true;
    }

    private void scheduleExpiry() {
        if (!expiryScheduled && !queue.isEmpty()) {
            expiryScheduled = true;
            Timer.after(EXPIRY_LOOK, this::expire);
        }
    }

    /** Lets those leave whose time is over. */
    void expire() {
        List<Turn> expired;
        List<PoolOpenings.Opening> surplus;
        lock.lock();
        try {
            expiryScheduled = false;
            expired = queue.removeExpired();
            left(expired.size());
            surplus = openings.surplus();
            scheduleExpiry();
        } finally {
            lock.unlock();
        }
        surplus.forEach(PoolOpenings.Opening::takeBack);
        expired.forEach(turn -> {
            listeners.forEach(PoolListener::strained);
            turn.expire();
        });
    }

    private void left(int callers) {
        state.counters().timedOut(callers);
        if (callers > 0 && !state.bag().isEmpty()) {
            state.traffic().strained();
        }
    }

    boolean isHoldingLogin() {
        return gate.isHoldingLogin();
    }

    /** When there was a connection again after the server had none for us. */
    long firstOpenedNanos() {
        return state.traffic().firstOpenedNanos();
    }
}
