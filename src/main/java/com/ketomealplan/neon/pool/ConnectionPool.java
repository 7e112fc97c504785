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
import java.util.Iterator;
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

    /** A line that lasts so long is worth telling. */
    private static final Duration LONG_WAIT = Duration.ofSeconds(1);

    /** So often callers are found whose time is over. */
    private static final Duration EXPIRY_LOOK = Duration.ofMillis(20);

    /** A queue that nobody has left with a connection for so long, while none can be opened, is told so. */
    private static final Duration STUCK = Duration.ofSeconds(1);

    /** A statement that has had no answer for so long confirms that the server does not answer. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    /** How long a connection without an answer is held against its siblings, and against a wake. */
    private static final Duration SILENCE_TTL = Duration.ofSeconds(30);

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
    private final Deque<Opening> openings = new ArrayDeque<>();
    private final GrowthRule growth = new GrowthRule(System::nanoTime);
    private volatile int generation;
    /** Connections up to this generation are not used again: their server is silent. */
    private int condemned = -1;

    private int suspectedGeneration = -1;
    private Optional<Long> suspectedNanos = Optional.empty();
    private boolean failureCheckScheduled;
    private boolean growthScheduled;
    private boolean expiryScheduled;
    private boolean sweepScheduled;
    private boolean stopped;
    private long borrowedCount;
    private long returnedCount;
    private long openedCount;
    private long timeoutCount;
    private long leakedCount;
    private long shedCount;
    /** When connections last ended because their borrowers ran out of time: then the server is slow, and not asleep. */
    private Optional<Long> unresponsiveNanos = Optional.empty();

    /** When there was a connection again after the server had none for us. */
    private volatile long firstOpenedNanos = System.nanoTime();

    private boolean answered;
    private long answeredNanos;
    private Optional<Long> lostNanos = Optional.empty();
    private Optional<Long> strainedNanos = Optional.empty();
    private long lineNanos;
    private final Listeners<PoolListener> listeners = new Listeners<>();

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
                candidate.joins(generation);
                return candidate;
            }
            takeBackUnused(candidate, Optional.of(aged ? Eviction.AGED : Eviction.LOST));
        }
    }

    private boolean stands(PooledConnection candidate) {
        boolean suspect = candidate.generation() != generation; // a sibling was found dead: one look, which is free
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
            borrowedCount--;
            kept = eviction.isEmpty() && !stopped && candidate.generation() > condemned;
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
        List<Opening> asked;
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
        asked.forEach(Opening::ask);
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
    private List<Opening> join(Turn turn) {
        if (waiting.isEmpty()) {
            growth.lineBegins();
            lineNanos = System.nanoTime();
        }
        waiting.add(turn);
        scheduleExpiry();
        return openingsForWaiting();
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
            shedCount++;
            strainedNanos = Optional.of(System.nanoTime());
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

    /** Whether a connection was opened since then, where there had been none. */
    boolean hasOpenedSince(long nanos) {
        return firstOpenedNanos - nanos >= 0;
    }

    long firstOpenedNanos() {
        return firstOpenedNanos;
    }

    boolean isWaking() {
        return gate.isWaking();
    }

    /** Lets a caller leave the line, unless he was called just now. */
    boolean leaves(Turn turn) {
        List<Opening> surplus;
        lock.lock();
        try {
            if (!waiting.remove(turn)) {
                return false;
            }
            timeoutCount++;
            strainedNanos = isOpen() ? Optional.of(System.nanoTime()) : strainedNanos;
            surplus = surplusOpenings();
        } finally {
            lock.unlock();
        }
        surplus.forEach(Opening::takeBack);
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
        List<Opening> surplus;
        lock.lock();
        try {
            expiryScheduled = false;
            expired = waiting.removeExpired();
            timeoutCount += expired.size();
            strainedNanos = isOpen() && !expired.isEmpty() ? Optional.of(System.nanoTime()) : strainedNanos;
            surplus = surplusOpenings();
            scheduleExpiry();
        } finally {
            lock.unlock();
        }
        surplus.forEach(Opening::takeBack);
        expired.forEach(turn -> {
            listeners.forEach(PoolListener::strained);
            turn.expire();
        });
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
        borrowedCount++;
    }

    /**
     * What is to be opened for those in line: two, and more by the {@link GrowthRule}. Called with the lock held.
     */
    private List<Opening> openingsForWaiting() {
        if (!retention.reuses()) {
            return openings(retention.max());
        }
        scheduleGrowth();
        return size() < 2 ? openings(1) : List.of();
    }

    /** Called with the lock held. */
    private void scheduleGrowth() {
        if (!growthScheduled && openings.size() < waiting.size() && isOpen() && size() < retention.max()) {
            growthScheduled = true;
            Timer.after(GrowthRule.LOOK, this::grow);
        }
    }

    private void grow() {
        List<Opening> asked = List.of();
        lock.lock();
        try {
            growthScheduled = false;
            if (growth.demandsMore() && isOpen()) {
                asked = openings(retention.max());
            }
            scheduleGrowth();
        } finally {
            lock.unlock();
        }
        asked.forEach(Opening::ask);
    }

    /** Called with the lock held. */
    private boolean mayBeAsleep() {
        return !isOpen() && !isWithin(SILENCE_TTL, unresponsiveNanos);
    }

    private static boolean isWithin(Duration time, Optional<Long> nanos) {
        return nanos.isPresent() && System.nanoTime() - nanos.get() < time.toNanos();
    }

    private boolean isOpen() {
        return !idle.isEmpty() || !borrowed.isEmpty();
    }

    private int size() {
        return idle.size() + borrowed.size() + openings.size();
    }

    /** As many as there are callers in line, and as the maximum allows. Called with the lock held. */
    private List<Opening> openings(int most) {
        List<Opening> asked = new ArrayList<>();
        while (openings.size() < Math.min(waiting.size(), most) && size() < retention.max()) {
            Opening opening = new Opening();
            openings.add(opening);
            asked.add(opening);
        }
        return asked;
    }

    /** The last asked for, of those that nobody in line waits for any more. Called with the lock held. */
    private List<Opening> surplusOpenings() {
        List<Opening> surplus = new ArrayList<>();
        Iterator<Opening> last = openings.descendingIterator();
        for (int count = openings.size() - waiting.size(); count > 0 && last.hasNext(); count--) {
            surplus.add(last.next());
        }
        return surplus;
    }

    /** One connection that is asked of the gate. */
    private final class Opening implements WakeGate.Caller {

        private WakeGate.Request request;
        private boolean unwanted;

        void ask() {
            WakeGate.Request made = gate.request(this);
            boolean tooLate;
            synchronized (this) {
                request = made;
                tooLate = unwanted;
            }
            if (tooLate) {
                takeBack();
            }
        }

        /** If no attempt is being made for it yet. */
        void takeBack() {
            synchronized (this) {
                unwanted = true;
                if (request == null || !request.cancel()) {
                    return; // it will be called, and see that nobody waits
                }
            }
            over(this);
        }

        @Override
        public void opened(PhysicalConnection connection) {
            receive(this, connection);
        }

        @Override
        public void failed(OpeningFailedException reason) {
            lock.lock();
            try {
                openings.remove(this);
            } finally {
                lock.unlock();
            }
            if (!isUnwanted()) {
                failWaitersIfStuck(reason);
            }
            over(this);
        }

        private synchronized boolean isUnwanted() {
            return unwanted;
        }
    }

    /** No connection can be opened: nobody has to wait for that who does not wait for one that comes back. */
    private void failWaitersIfStuck(OpeningFailedException reason) {
        List<Turn> failing = List.of();
        lock.lock();
        try {
            if (borrowed.isEmpty() || waiting.isStuck(STUCK)) {
                failing = waiting.drain();
            } else if (!waiting.isEmpty() && !failureCheckScheduled) {
                failureCheckScheduled = true;
                Timer.after(STUCK, this::checkFailure);
            }
        } finally {
            lock.unlock();
        }
        failing.forEach(turn -> turn.sendAway(gate.lastFailure().orElse(reason)));
    }

    private void checkFailure() {
        lock.lock();
        try {
            failureCheckScheduled = false;
            if (!openings.isEmpty()) {
                return; // which is still tried
            }
        } finally {
            lock.unlock();
        }
        gate.lastFailure().ifPresent(this::failWaitersIfStuck);
    }

    /** It comes to nothing. Those in line may need another one in its place. */
    private void over(Opening opening) {
        List<Opening> asked;
        lock.lock();
        try {
            openings.remove(opening);
            asked = opening.isUnwanted() ? openingsForWaiting() : List.of();
        } finally {
            lock.unlock();
        }
        asked.forEach(Opening::ask);
    }

    private void receive(Opening opening, PhysicalConnection physical) {
        PooledConnection connection;
        boolean wanted;
        List<Opening> asked = List.of();
        lock.lock();
        try {
            openings.remove(opening);
            openedCount++;
            connection = new PooledConnection(this, physical, openedCount, generation);
            if (borrowed.isEmpty()) {
                growth.lineBegins();
            }
            if (mayBeAsleep()) {
                firstOpenedNanos = System.nanoTime();
                lineNanos = firstOpenedNanos; // until now nobody could have been served
            }
            unresponsiveNanos = Optional.empty();
            waiting.progressed();
            wanted = !stopped && (!waiting.isEmpty() || retention.reuses());
            if (wanted) {
                handOn(connection);
                asked = openingsForWaiting();
            }
        } finally {
            lock.unlock();
        }
        if (!wanted) {
            close(connection);
        }
        asked.forEach(Opening::ask);
    }

    /** To the first in line, or to the idle ones. Called with the lock held. */
    private void handOn(PooledConnection connection) {
        Turn first = waiting.poll();
        if (first == null) {
            idle.addFirst(connection);
            scheduleSweep();
        } else {
            lend(connection);
            growth.served();
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
        List<Opening> asked;
        List<Opening> surplus = List.of();
        boolean kept;
        lock.lock();
        try {
            borrowed.remove(connection);
            returnedCount++;
            if (lease.isOutOfTime()) {
                unresponsiveNanos = Optional.of(System.nanoTime());
            }
            if (lease.isServerSilent()) {
                alike = condemnSiblingsIfConfirmed(connection);
            } else if (lost) {
                suspectSiblings(connection);
            } else if (!unusable) {
                answered = true;
                answeredNanos = System.nanoTime();
                waiting.progressed();
            }
            kept = eviction.isEmpty() && retention.reuses() && !stopped && connection.generation() > condemned;
            if (kept) {
                connection.used();
                handOn(connection);
                surplus = surplusOpenings();
            }
            asked = openingsForWaiting();
        } finally {
            lock.unlock();
        }
        if (!kept && retention.reuses()) {
            evict(connection, eviction.orElse(Eviction.LOST));
        } else if (!kept) {
            close(connection);
        }
        alike.forEach(like -> evict(like, Eviction.LOST));
        surplus.forEach(Opening::takeBack);
        asked.forEach(Opening::ask);
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
            leakedCount++;
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
        lostNanos = Optional.of(System.nanoTime());
        if (connection.generation() == generation) {
            generation++;
            LOG.debug("{}: a connection was lost; each of the {} others is checked before its next use", name, size());
        }
    }

    /**
     * A server has not answered on a connection, not even to a cancel request. If a second connection of that age has no answer
     * either, or if there is no other one, then those of that age are not used again, as where a network drops all their packets. Called
     * with the lock held.
     *
     * @return the idle ones, to be closed
     */
    private List<PooledConnection> condemnSiblingsIfConfirmed(PooledConnection connection) {
        int age = connection.generation();
        if (age <= condemned) {
            return List.of();
        }
        boolean confirmed = suspectedGeneration == age && isWithin(SILENCE_TTL, suspectedNanos);
        confirmed |= borrowed.stream().anyMatch(other -> other.generation() == age && other.waitsLongerThan(SILENCE));
        boolean alone = idle.isEmpty() && borrowed.isEmpty();
        suspectedGeneration = age;
        suspectedNanos = Optional.of(System.nanoTime());
        if (!confirmed && !alone) {
            return List.of();
        }
        condemned = generation;
        generation++;
        lostNanos = Optional.of(System.nanoTime());
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
            long now = System.nanoTime();
            boolean stuck = !waiting.isEmpty() && isOpen() && now - lineNanos >= LONG_WAIT.toNanos();
            return new PoolCondition(
                    idle.size() + borrowed.size(),
                    answered ? Optional.of(Duration.ofNanos(now - answeredNanos)) : Optional.empty(),
                    lostNanos.map(then -> Duration.ofNanos(now - then)),
                    stuck ? Optional.of(Duration.ZERO) : strainedNanos.map(then -> Duration.ofNanos(now - then)));
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
                if (stopped || last == null || last.isTrusted() && last.generation() == generation) {
                    return;
                }
                lend(idle.pollFirst());
            } finally {
                lock.unlock();
            }
            lost = !stands(last);
            if (!lost) {
                last.joins(generation);
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
        return new PoolStatistics(
                retention.kept(),
                retention.max(),
                idle.size() + borrowed.size(),
                borrowed.size(),
                idle.size(),
                waiting.size(),
                line.most(),
                borrowedCount,
                returnedCount,
                openedCount,
                timeoutCount,
                shedCount,
                leakedCount);
    }

    /** Hands out nothing more; closes the idle connections at once, and the borrowed ones when they come back. */
    @Override
    public void stop() {
        List<PooledConnection> closing = new ArrayList<>();
        List<Turn> told;
        List<Opening> surplus;
        lock.lock();
        try {
            stopped = true;
            closing.addAll(idle);
            idle.clear();
            told = waiting.drain();
            surplus = surplusOpenings();
        } finally {
            lock.unlock();
        }
        told.forEach(turn -> turn.sendAway(closed()));
        surplus.forEach(Opening::takeBack);
        closing.forEach(this::close);
    }
}
