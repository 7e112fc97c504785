package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.LeakGuard;
import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.lease.LeaseWatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

    /** So often callers are found whose time is over. */
    private static final Duration EXPIRY_LOOK = Duration.ofMillis(20);

    private final String name;
    private final WakeGate gate;
    private final Retention retention;
    private final Line line;
    private final LeaseWatch watch;
    private final Duration longestLease;

    private final ReentrantLock lock = new ReentrantLock();
    /** The last one used is the first one taken, so that what is not needed grows old at the end. */
    private final Deque<PooledConnection> idle = new ArrayDeque<>();

    private final Set<PooledConnection> borrowed = new HashSet<>();
    private final WaitQueue waiting;
    private final PoolOpenings openings;
    private final Generations generations = new Generations();
    private final PoolTraffic traffic = new PoolTraffic(System::nanoTime);
    private final PoolCounters counters = new PoolCounters();
    private final Listeners<PoolListener> listeners = new Listeners<>();
    private boolean expiryScheduled;
    private boolean sweepScheduled;
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
                candidate = idle.pollFirst();
                if (candidate == null) {
                    return null;
                }
                lend(candidate);
            } finally {
                lock.unlock();
            }
            boolean aged = isAged(candidate);
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
            evict(candidate, eviction.orElse(Eviction.LOST));
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
            PooledConnection back = idle.pollFirst(); // since the look at them a moment ago
            if (back != null) {
                lend(back);
                return lease(back, Wait.NONE);
            }
            // With none open, it is for this caller that one is opened
            rejected = isOpen() ? waiting.rejects(timeLeft()) : Optional.empty();
            turn = rejected.isPresent() ? null : new Turn(this, mayBeAsleep(), line.longestWait());
            asked = turn == null ? List.of() : join(turn);
        } finally {
            lock.unlock();
        }
        if (turn == null) {
            throw rejected(rejected.orElseThrow());
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

    /** Called with the lock held. */
    private List<PoolOpenings.Opening> join(Turn turn) {
        if (waiting.isEmpty()) {
            openings.queueBegins();
            traffic.queueBegins();
        }
        waiting.add(turn);
        scheduleExpiry();
        return openings.forWaiting();
    }

    private Duration timeLeft() {
        return Deadline.current()
                .map(Deadline::left)
                .filter(left -> left.compareTo(line.longestWait()) < 0)
                .orElse(line.longestWait());
    }

    private SQLException rejected(Duration retryAfter) {
        PoolStatistics now;
        lock.lock();
        try {
            counters.rejected();
            traffic.strained();
            now = now();
        } finally {
            lock.unlock();
        }
        listeners.forEach(PoolListener::strained);
        if (gate.hasLastingFailure()) {
            return gate.lastFailure().orElseThrow();
        }
        String what = now.waiting() >= line.most()
                ? "wait queue full (limit " + line.most() + ")"
                : "no connection is to be expected within the time that is left";
        return PoolExhaustedException.rejected(name, what, retryAfter, now);
    }

    PoolTraffic traffic() {
        return traffic;
    }

    boolean isWaking() {
        return gate.isWaking();
    }

    /** Lets a caller leave the line, unless he was called just now. */
    boolean leaves(Turn turn) {
        List<PoolOpenings.Opening> surplus;
        lock.lock();
        try {
            if (!waiting.remove(turn)) {
                return false;
            }
            timedOut(1);
            surplus = openings.surplus();
        } finally {
            lock.unlock();
        }
        surplus.forEach(PoolOpenings.Opening::takeBack);
        listeners.forEach(PoolListener::strained);
        return true;
    }

    /** Called with the lock held. */
    private void scheduleExpiry() {
        if (!expiryScheduled && !waiting.isEmpty()) {
            expiryScheduled = true;
            Timer.after(EXPIRY_LOOK, this::expire);
        }
    }

    /** Lets the callers leave the line whose time is over. */
    private void expire() {
        List<Turn> expired;
        List<PoolOpenings.Opening> surplus;
        lock.lock();
        try {
            expiryScheduled = false;
            expired = waiting.removeExpired();
            timedOut(expired.size());
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

    /** Called with the lock held. */
    private void timedOut(int callers) {
        counters.timedOut(callers);
        if (callers > 0 && isOpen()) {
            traffic.strained();
        }
    }

    /** If nothing is open, then it is not the pool that is too small. */
    SQLException timedOut(Duration waited) {
        PoolStatistics now = statistics();
        Optional<OpeningFailedException> failure = gate.lastFailure();
        if (failure.isPresent() && (now.active() == 0 || gate.hasLastingFailure())) {
            return failure.get();
        }
        if (now.size() == 0) {
            return PoolExhaustedException.stillOpening(name, gate.isWaking(), waited, now);
        }
        PoolExhaustedException timeout = PoolExhaustedException.timedOut(name, waited, now);
        gate.lastFailure().ifPresent(timeout::initCause);
        return timeout;
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
            close(connection);
        }
        asked.forEach(PoolOpenings.Opening::ask);
    }

    /** No connection can be opened: those are told who wait. Called without the lock. */
    void sendAway(List<Turn> callers, OpeningFailedException reason) {
        callers.forEach(turn -> turn.sendAway(gate.lastFailure().orElse(reason)));
    }

    /** To the first in line, or to the idle ones. Called with the lock held. */
    private void handOn(PooledConnection connection) {
        Turn first = waiting.poll();
        if (first == null) {
            idle.addFirst(connection);
            scheduleSweep();
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
        Optional<Eviction> eviction = evictionReason(lease, connection);
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
            evict(connection, eviction.orElse(Eviction.LOST));
        } else if (!kept) {
            close(connection);
        }
        alike.forEach(like -> evict(like, Eviction.LOST));
        surplus.forEach(PoolOpenings.Opening::takeBack);
        asked.forEach(PoolOpenings.Opening::ask);
    }

    private Optional<Eviction> evictionReason(Lease lease, PooledConnection connection) {
        boolean unusable = lease.isUnusable();
        if (unusable ? lease.isServerSilent() : !lease.physical().isOpen()) {
            return Optional.of(Eviction.LOST);
        }
        if (unusable) {
            return Optional.of(lease.isOutOfTime() ? Eviction.OUT_OF_TIME : Eviction.SPOILT);
        }
        if (isAged(connection)) {
            return Optional.of(Eviction.AGED);
        }
        if (lease.isInTransaction()) {
            LOG.warn(
                    "{}: a connection came back inside a transaction and is closed: its changes are rolled back", name);
            return Optional.of(Eviction.SPOILT);
        }
        return Optional.empty();
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

    private boolean isAged(PooledConnection connection) {
        return retention.reuses() && connection.isOlderThan(retention.maxAge());
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
        List<PooledConnection> all = List.copyOf(idle);
        idle.clear();
        LOG.info("{}: the server does not answer on open connections; {} idle ones are closed", name, all.size());
        return all;
    }

    private void evict(PooledConnection connection, Eviction cause) {
        listeners.forEach(listener -> listener.evicted(cause));
        close(connection);
    }

    private void close(PooledConnection connection) {
        gate.close(connection.physical());
    }

    /** Called with the lock held. */
    private void scheduleSweep() {
        if (!sweepScheduled && idle.size() > retention.kept()) {
            sweepScheduled = true;
            Timer.after(retention.idleTime(), this::sweep);
        }
    }

    /** Closes the connections beyond the kept ones that have not been used for their time. */
    private void sweep() {
        List<PooledConnection> unused = new ArrayList<>();
        lock.lock();
        try {
            sweepScheduled = false;
            while (idle.size() > retention.kept() && idle.peekLast().isUnusedFor(retention.idleTime())) {
                unused.add(idle.pollLast());
            }
            scheduleSweep();
        } finally {
            lock.unlock();
        }
        unused.forEach(connection -> evict(connection, Eviction.IDLE));
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
            open = Stream.concat(borrowed.stream(), idle.stream()).toList();
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
                last = idle.peekFirst();
                if (stopped || last == null || last.isTrusted() && last.generation() == generations.current()) {
                    return;
                }
                lend(idle.pollFirst());
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
    private PoolStatistics now() {
        return counters.statistics(retention, line, idle.size(), borrowed.size(), waiting.size());
    }

    /** Hands out nothing more; closes the idle connections at once, and the borrowed ones when they come back. */
    @Override
    public void stop() {
        List<PooledConnection> closing = new ArrayList<>();
        List<Turn> told;
        List<PoolOpenings.Opening> surplus;
        lock.lock();
        try {
            stopped = true;
            closing.addAll(idle);
            idle.clear();
            told = waiting.drain();
            surplus = openings.surplus();
        } finally {
            lock.unlock();
        }
        told.forEach(turn -> turn.sendAway(closed()));
        surplus.forEach(PoolOpenings.Opening::takeBack);
        closing.forEach(this::close);
    }
}
