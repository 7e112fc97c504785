package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.LeakGuard;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.lease.LeaseWatch;
import com.ketomealplan.neon.locks.LockWaits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Both strategies, by their {@link Retention}. A caller without an idle connection waits in line, and gets whichever comes
 * first: one that another caller gives back, or one that the {@link WakeGate} opens. Nothing is opened at start or to fill
 * up, and nothing is sent on an idle connection; all that is done in the background is closing what is not used.
 *
 * <p>tomcat-jdbc, which Dropwizard uses, opens connections on the callers' own threads: a hundred callers at a sleeping
 * compute are fifteen log-ins at once, and a caller whose log-in hangs is not helped by a connection that comes free.
 */
public final class ConnectionPool implements Pool {

    private final String name;
    private final WakeGate gate;
    private final Retention retention;
    private final LeaseWatch watch;
    private final Duration longestLease;

    private final PoolState state;
    private final ReentrantLock lock;
    private final ConnectionBag bag;
    private final WaitQueue waiting;
    private final PoolOpenings openings;
    private final Waiters waiters;
    private final Evictions evictions;
    private final Checks checks;
    private final Siblings siblings;
    private final LockInquiry locks;
    private final IdleLook idleLook;
    private final Listeners<PoolListener> listeners = new Listeners<>();
    private boolean stopped;

    /**
     * @param name begins every message of the pool
     * @param line how long a caller waits for a connection, unless its {@link Deadline} is sooner, and how many may at most
     * @param longestIdle how long a borrower may leave a transaction idle; then the connection is closed
     * @param longestLease how long a borrower without a {@link Deadline} may have a connection; then it is closed
     */
    public ConnectionPool(
            String name, WakeGate gate, Retention retention, Line line, Duration longestIdle, Duration longestLease) {
        this(name, gate, retention, line, longestIdle, longestLease, new ReentrantLock());
    }

    ConnectionPool(
            String name,
            WakeGate gate,
            Retention retention,
            Line line,
            Duration longestIdle,
            Duration longestLease,
            ReentrantLock lock) {
        this.lock = lock;
        this.name = name;
        this.gate = gate;
        this.retention = retention;
        this.longestLease = longestLease;
        this.evictions = new Evictions(name, gate, retention, listeners);
        this.state = new PoolState(lock, retention, line, evictions);
        this.watch = new LeaseWatch(longestIdle, state::leases);
        this.bag = state.bag();
        this.waiting = state.waiting();
        this.checks = new Checks(evictions, state.generations(), listeners);
        this.siblings = new Siblings(name, gate, state);
        this.locks = new LockInquiry(this, gate, state);
        this.idleLook = new IdleLook(this, state, checks);
        this.openings = new PoolOpenings(this, gate, retention, state);
        this.waiters = new Waiters(name, gate, line, listeners, state, openings);
    }

    @Override
    public Connection getConnection() throws SQLException {
        PooledConnection connection = takeIdle();
        Lease lease = connection == null ? waitInLine() : lease(connection, Wait.NONE);
        watch.begin();
        LeakGuard.borrowed(lease);
        return lease.connection();
    }

    private Lease lease(PooledConnection connection, Wait wait) {
        return connection.lend(wait, Deadline.current().orElseGet(() -> Deadline.in(longestLease)));
    }

    /** The idle connection that was used last and stands; null if there is none. */
    PooledConnection takeIdle() throws SQLException {
        while (true) {
            PooledConnection candidate;
            lock.lock();
            try {
                if (stopped) {
                    throw closed();
                }
                candidate = bag.borrow();
            } finally {
                lock.unlock();
            }
            if (candidate == null) {
                return null;
            }
            Optional<Eviction> reason = checks.reasonAgainst(candidate);
            if (reason.isEmpty()) {
                return candidate;
            }
            takeBackUnused(candidate, reason);
        }
    }

    void takeBackUnused(PooledConnection candidate, Optional<Eviction> eviction) {
        boolean kept;
        List<PoolOpenings.Opening> asked;
        lock.lock();
        try {
            bag.takeBackUnused(candidate);
            kept = eviction.isEmpty() && !stopped && !state.generations().areCondemned(candidate);
            if (kept) {
                waiters.handOn(candidate);
            } else if (eviction.equals(Optional.of(Eviction.LOST))) {
                siblings.suspect(candidate);
            }
            asked = kept ? List.of() : openings.forWaiting();
        } finally {
            lock.unlock();
        }
        if (!kept) {
            evictions.evict(candidate, eviction.orElse(Eviction.LOST));
        }
        asked.forEach(PoolOpenings.Opening::ask);
    }

    private Lease waitInLine() throws SQLException {
        Turn turn;
        Optional<Duration> rejected;
        List<PoolOpenings.Opening> asked;
        lock.lock();
        try {
            if (stopped) {
                throw closed();
            }
            PooledConnection back = bag.borrow(); // one that has come back since the look at them a moment ago
            if (back != null) {
                return lease(back, Wait.NONE);
            }
            // With none open, it is for this caller that one is opened
            rejected = bag.isEmpty() ? Optional.empty() : waiters.rejects();
            turn = rejected.isPresent() ? null : waiters.join(mayBeAsleep());
            asked = turn == null ? List.of() : openings.forWaiting();
        } finally {
            lock.unlock();
        }
        if (turn == null) {
            throw waiters.rejected(rejected.orElseThrow());
        }
        asked.forEach(PoolOpenings.Opening::ask);
        Optional<PooledConnection> connection = Optional.empty();
        Wait wait;
        try {
            connection = Optional.of(turn.await());
        } finally {
            wait = turn.waited(connection);
            listeners.forEach(listener -> listener.waited(wait));
        }
        return lease(connection.get(), wait);
    }

    LockInquiry locks() {
        return locks;
    }

    private SQLException closed() {
        return new SQLException(name + ": the pool is closed");
    }

    /** Called with the lock held. */
    private boolean mayBeAsleep() {
        return bag.isEmpty() && !state.traffic().isUnresponsive();
    }

    /** The gate has opened a connection for somebody who waits. */
    void receive(PoolOpenings.Opening opening, PhysicalConnection physical) {
        PooledConnection connection;
        boolean wanted;
        List<PoolOpenings.Opening> asked = List.of();
        lock.lock();
        try {
            openings.ended(opening);
            connection = new PooledConnection(
                    this,
                    physical,
                    state.counters().opened(),
                    state.generations().current());
            if (bag.borrowed().isEmpty()) {
                openings.queueBegins();
            }
            state.traffic().opened(mayBeAsleep());
            waiting.progressed();
            wanted = !stopped && (!waiting.isEmpty() || retention.reuses());
            if (wanted) {
                waiters.handOn(connection);
                asked = openings.forWaiting();
            }
        } finally {
            lock.unlock();
        }
        if (!wanted) {
            evictions.close(connection);
        }
        asked.forEach(PoolOpenings.Opening::ask);
    }

    /** A borrower is done. */
    void release(Lease lease, PooledConnection connection) {
        LeakGuard.returned(lease);
        Duration used = lease.time();
        listeners.forEach(listener -> listener.used(used));
        boolean cancelled = lease.isOutOfTime() && lease.endedBecause().isEmpty();
        if (!cancelled || !locks.askOnDoomed(connection, () -> takeBack(lease, connection))) {
            takeBack(lease, connection);
        }
    }

    private void takeBack(Lease lease, PooledConnection connection) {
        Optional<Eviction> eviction = evictions.reasonFor(lease, connection);
        List<PooledConnection> alike = List.of();
        List<PoolOpenings.Opening> asked;
        List<PoolOpenings.Opening> surplus = List.of();
        boolean kept;
        lock.lock();
        try {
            bag.takeBack(connection);
            if (lease.isOutOfTime()) {
                state.traffic().unresponsive();
            }
            if (lease.isServerSilent()) {
                alike = siblings.condemnIfConfirmed(connection);
            } else if (eviction.equals(Optional.of(Eviction.LOST))) {
                siblings.suspect(connection);
            } else if (!lease.isUnusable()) {
                state.traffic().answered();
                waiting.progressed();
            }
            kept = eviction.isEmpty()
                    && retention.reuses()
                    && !stopped
                    && !state.generations().areCondemned(connection);
            if (kept) {
                connection.used();
                waiters.handOn(connection);
                surplus = openings.surplus();
            }
            asked = openings.forWaiting();
        } finally {
            lock.unlock();
        }
        if (!kept) {
            evictions.end(connection, eviction.orElse(Eviction.LOST));
        }
        alike.forEach(like -> evictions.evict(like, Eviction.LOST));
        surplus.forEach(PoolOpenings.Opening::takeBack);
        asked.forEach(PoolOpenings.Opening::ask);
    }

    /** A borrower has forgotten to give his connection back. */
    void leaked() {
        state.leaked();
    }

    @Override
    public PoolingStrategy strategy() {
        return retention.strategy();
    }

    @Override
    public PoolStatistics statistics() {
        return state.statistics();
    }

    @Override
    public List<ConnectionReport> connections() {
        return state.connections();
    }

    @Override
    public PoolCondition condition() {
        return state.condition();
    }

    @Override
    public void look() {
        idleLook.run();
    }

    @Override
    public LockWaits lockWaits() {
        return locks.now();
    }

    @Override
    public void listen(PoolListener listener) {
        listeners.add(listener);
    }

    /** Hands out nothing more, and closes all connections, also under who has not given one back: nobody waits for him any more. */
    @Override
    public void stop() {
        List<PooledConnection> closing;
        List<PooledConnection> ending;
        List<Turn> told;
        List<PoolOpenings.Opening> surplus;
        lock.lock();
        try {
            stopped = true;
            closing = bag.drainIdle();
            ending = List.copyOf(bag.borrowed());
            told = waiting.drain();
            surplus = openings.surplus();
        } finally {
            lock.unlock();
        }
        told.forEach(turn -> turn.sendAway(closed()));
        surplus.forEach(PoolOpenings.Opening::takeBack);
        closing.forEach(evictions::close);
        ending.forEach(connection -> connection.end("the pool is closed"));
    }
}
