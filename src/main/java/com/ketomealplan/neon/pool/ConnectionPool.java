package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.LeakGuard;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.lease.LeaseWatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both strategies, by their {@link Retention}. A caller without an idle connection waits in line, and gets whichever comes
 * first: one that another caller gives back, or one that the {@link WakeGate} opens. Nothing is opened at start or to fill
 * up, and nothing is sent on an idle connection; the one thing done in the background is closing what is not used, which a
 * sleeping compute does not notice.
 *
 * <p>tomcat-jdbc, which Dropwizard uses, opens connections on the callers' own threads: a hundred callers at a sleeping
 * compute are fifteen log-ins at once, and a caller whose log-in hangs is not helped by a connection that comes free.
 */
public final class ConnectionPool implements Pool {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

    private final String name;
    private final WakeGate gate;
    private final Retention retention;
    private final Line line;
    private final LeaseWatch watch;
    private final Duration longestLease;

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<PooledConnection> borrowed = new HashSet<>();
    private final WaitQueue waiting;
    private final PoolOpenings openings;
    private final Waiters waiters;
    private final IdleConnections idle;
    private final Evictions evictions;
    private final Generations generations = new Generations();
    private final PoolTraffic traffic = new PoolTraffic(System::nanoTime);
    private final PoolCounters counters = new PoolCounters();
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
        this.name = name;
        this.gate = gate;
        this.retention = retention;
        this.line = line;
        this.waiting = new WaitQueue(line.most(), System::nanoTime);
        this.watch = new LeaseWatch(longestIdle);
        this.longestLease = longestLease;
        this.openings = new PoolOpenings(this, gate, lock, retention, waiting);
        this.waiters = new Waiters(this, line, waiting, openings);
        this.evictions = new Evictions(name, gate, retention, listeners);
        this.idle = new IdleConnections(lock, retention, evictions);
    }

    @Override
    public Connection getConnection() throws SQLException {
        PooledConnection connection = takeIdle();
        Lease lease = connection == null ? waitInLine() : lease(connection, Wait.NONE);
        watch.begin(lease);
        LeakGuard.borrowed(lease);
        return lease.connection();
    }

    private Lease lease(PooledConnection connection, Wait wait) {
        return connection.lend(wait, Deadline.current().orElseGet(() -> Deadline.in(longestLease)));
    }

    /** The idle connection that was used last and stands; null if there is none. */
    private PooledConnection takeIdle() throws SQLException {
        while (true) {
            PooledConnection candidate;
            lock.lock();
            try {
                if (stopped) {
                    throw closed();
                }
                candidate = idle.poll();
                if (candidate == null) {
                    return null;
                }
                lend(candidate);
            } finally {
                lock.unlock();
            }
            boolean aged = evictions.isAged(candidate);
            if (!aged && stands(candidate)) {
                candidate.joins(generations.current());
                return candidate;
            }
            takeBackUnused(candidate, Optional.of(aged ? Eviction.AGED : Eviction.LOST));
        }
    }

    private boolean stands(PooledConnection candidate) {
        boolean suspect =
                candidate.generation() != generations.current(); // a sibling was found dead: one look, which is free
        if (candidate.isTrusted() && !suspect) {
            return candidate.isAlive();
        }
        long begun = System.nanoTime();
        boolean stands = suspect ? candidate.physical().isAlive() : candidate.isAlive();
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        listeners.forEach(listener -> listener.checked(time));
        return stands;
    }

    private void takeBackUnused(PooledConnection candidate, Optional<Eviction> eviction) {
        boolean kept;
        lock.lock();
        try {
            borrowed.remove(candidate);
            counters.unborrowed();
            kept = eviction.isEmpty() && !stopped && !generations.areCondemned(candidate);
            if (kept) {
                handOn(candidate);
            } else if (eviction.equals(Optional.of(Eviction.LOST))) {
                suspectSiblings(candidate);
            }
        } finally {
            lock.unlock();
        }
        if (!kept) {
            evictions.evict(candidate, eviction.orElse(Eviction.LOST));
        }
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
            PooledConnection back = idle.poll(); // since the look at them a moment ago
            if (back != null) {
                lend(back);
                return lease(back, Wait.NONE);
            }
            // With none open, it is for this caller that one is opened
            rejected = isOpen() ? waiters.rejects() : Optional.empty();
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

    ReentrantLock lock() {
        return lock;
    }

    Listeners<PoolListener> listeners() {
        return listeners;
    }

    PoolTraffic traffic() {
        return traffic;
    }

    PoolCounters counters() {
        return counters;
    }

    WakeGate gate() {
        return gate;
    }

    String name() {
        return name;
    }

    private SQLException closed() {
        return new SQLException(name + ": the pool is closed");
    }

    /** Called with the lock held. */
    private void lend(PooledConnection connection) {
        borrowed.add(connection);
        counters.borrowed();
    }

    /** Called with the lock held. */
    private boolean mayBeAsleep() {
        return !isOpen() && !traffic.isUnresponsive();
    }

    private boolean isOpen() {
        return openCount() > 0;
    }

    /** How many connections are open. Called with the lock held. */
    int openCount() {
        return idle.size() + borrowed.size();
    }

    /** Nobody can be served by a connection that comes back. Called with the lock held. */
    boolean isNothingBorrowed() {
        return borrowed.isEmpty();
    }

    /** The gate has opened a connection for somebody who waits. */
    void receive(PoolOpenings.Opening opening, PhysicalConnection physical) {
        PooledConnection connection;
        boolean wanted;
        List<PoolOpenings.Opening> asked = List.of();
        lock.lock();
        try {
            openings.ended(opening);
            connection = new PooledConnection(this, physical, counters.opened(), generations.current());
            if (borrowed.isEmpty()) {
                openings.queueBegins();
            }
            traffic.opened(mayBeAsleep());
            waiting.progressed();
            wanted = !stopped && (!waiting.isEmpty() || retention.reuses());
            if (wanted) {
                handOn(connection);
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

    /** To the first in line, or to the idle ones. Called with the lock held. */
    private void handOn(PooledConnection connection) {
        Turn first = waiting.poll();
        if (first == null) {
            idle.add(connection);
        } else {
            lend(connection);
            openings.served();
            first.call(connection);
        }
    }

    /** A borrower is done. */
    void release(Lease lease, PooledConnection connection) {
        boolean unusable = lease.isUnusable();
        watch.end(lease);
        LeakGuard.returned(lease);
        Duration used = lease.time();
        listeners.forEach(listener -> listener.used(used));
        Optional<Eviction> eviction = evictions.reasonFor(lease, connection);
        boolean lost = eviction.equals(Optional.of(Eviction.LOST));
        List<PooledConnection> alike = List.of();
        List<PoolOpenings.Opening> asked;
        List<PoolOpenings.Opening> surplus = List.of();
        boolean kept;
        lock.lock();
        try {
            borrowed.remove(connection);
            counters.returned();
            if (lease.isOutOfTime()) {
                traffic.unresponsive();
            }
            if (lease.isServerSilent()) {
                alike = condemnSiblingsIfConfirmed(connection);
            } else if (lost) {
                suspectSiblings(connection);
            } else if (!unusable) {
                traffic.answered();
                waiting.progressed();
            }
            kept = eviction.isEmpty() && retention.reuses() && !stopped && !generations.areCondemned(connection);
            if (kept) {
                connection.used();
                handOn(connection);
                surplus = openings.surplus();
            }
            asked = openings.forWaiting();
        } finally {
            lock.unlock();
        }
        if (!kept && retention.reuses()) {
            evictions.evict(connection, eviction.orElse(Eviction.LOST));
        } else if (!kept) {
            evictions.close(connection);
        }
        alike.forEach(like -> evictions.evict(like, Eviction.LOST));
        surplus.forEach(PoolOpenings.Opening::takeBack);
        asked.forEach(PoolOpenings.Opening::ask);
    }

    /** A borrower has forgotten to give his connection back. */
    void leaked() {
        lock.lock();
        try {
            counters.leaked();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The server, or the network, has ended a connection. That says nothing about the others that one look at each does not say
     * better, before its next use. Called with the lock held.
     */
    private void suspectSiblings(PooledConnection connection) {
        traffic.lost();
        if (generations.suspectSiblingsOf(connection)) {
            LOG.debug(
                    "{}: a connection was lost; each of the {} others is checked before its next use",
                    name,
                    openCount());
        }
    }

    /**
     * A server has not answered on a connection, not even to a cancel request. If that is confirmed, those of its age are not used
     * again, as where a network drops all their packets. Called with the lock held.
     *
     * @return the idle ones, to be closed
     */
    private List<PooledConnection> condemnSiblingsIfConfirmed(PooledConnection connection) {
        if (!generations.condemnSiblingsOf(connection, borrowed, !isOpen())) {
            return List.of();
        }
        traffic.lost();
        gate.unresponsive();
        List<PooledConnection> all = idle.drain();
        LOG.info("{}: the server does not answer on open connections; {} idle ones are closed", name, all.size());
        return all;
    }

    @Override
    public PoolingStrategy strategy() {
        return retention.strategy();
    }

    @Override
    public PoolStatistics statistics() {
        lock.lock();
        try {
            return now();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<ConnectionReport> connections() {
        List<PooledConnection> open;
        lock.lock();
        try {
            open = Stream.concat(borrowed.stream(), idle.all().stream()).toList();
        } finally {
            lock.unlock();
        }
        return open.stream().map(PooledConnection::report).toList();
    }

    @Override
    public PoolCondition condition() {
        lock.lock();
        try {
            return traffic.condition(openCount(), !waiting.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void look() {
        boolean lost = true;
        while (lost) {
            PooledConnection last;
            lock.lock();
            try {
                last = idle.peek();
                if (stopped || last == null || last.isTrusted() && last.generation() == generations.current()) {
                    return;
                }
                lend(idle.poll());
            } finally {
                lock.unlock();
            }
            lost = !stands(last);
            if (!lost) {
                last.joins(generations.current());
            }
            takeBackUnused(last, lost ? Optional.of(Eviction.LOST) : Optional.empty());
        }
    }

    @Override
    public void listen(PoolListener listener) {
        listeners.add(listener);
    }

    /** Called with the lock held. */
    PoolStatistics now() {
        return counters.statistics(retention, line, idle.size(), borrowed.size(), waiting.size());
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
            closing = idle.drain();
            ending = List.copyOf(borrowed);
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
