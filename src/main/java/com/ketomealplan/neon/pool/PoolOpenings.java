package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.OpeningRequest;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.connect.WakeGate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections that a pool has asked of the gate for those who wait: as many as there are units of work where none is reused; else two,
 * and more by the {@link GrowthRule}. Guarded by the pool's lock, but for the calls of the gate.
 */
final class PoolOpenings {

    /** A queue that nobody has left with a connection for so long, while none can be opened, is told so. */
    private static final Duration STUCK = Duration.ofSeconds(1);

    private final ConnectionPool pool;
    private final WakeGate gate;
    private final ReentrantLock lock;
    private final Retention retention;
    private final WaitQueue waiting;
    private final ConnectionBag bag;
    private final Deque<Opening> openings = new ArrayDeque<>();
    private final GrowthRule growth = new GrowthRule(System::nanoTime);
    private boolean growthScheduled;
    private boolean failureCheckScheduled;

    PoolOpenings(ConnectionPool pool, WakeGate gate, Retention retention, PoolState state) {
        this.pool = pool;
        this.gate = gate;
        this.retention = retention;
        this.lock = state.lock();
        this.waiting = state.waiting();
        this.bag = state.bag();
    }

    /** The first caller waits, or the first one can be served. */
    void queueBegins() {
        growth.lineBegins();
    }

    /** A caller that waited has been given a connection. */
    void served() {
        growth.served();
    }

    /** It is not under way any more. */
    void ended(Opening opening) {
        openings.remove(opening);
    }

    /** Returns what is to be asked of the gate, when the lock is released. */
    List<Opening> forWaiting() {
        if (!retention.reuses()) {
            return more(retention.max());
        }
        scheduleGrowth();
        return size() < 2 ? more(1) : List.of();
    }

    /** Returns those that nobody waits for any more, the last asked for first: to be taken back when the lock is released. */
    List<Opening> surplus() {
        List<Opening> surplus = new ArrayList<>();
        Iterator<Opening> last = openings.descendingIterator();
        for (int count = openings.size() - waiting.size(); count > 0 && last.hasNext(); count--) {
            surplus.add(last.next());
        }
        return surplus;
    }

    /** As many as there are callers in line, and as the maximum allows. */
    private List<Opening> more(int most) {
        List<Opening> asked = new ArrayList<>();
        while (openings.size() < Math.min(waiting.size(), most) && size() < retention.max()) {
            Opening opening = new Opening();
            openings.add(opening);
            asked.add(opening);
        }
        return asked;
    }

    private int size() {
        return bag.size() + openings.size();
    }

    private void scheduleGrowth() {
        if (!growthScheduled && openings.size() < waiting.size() && !bag.isEmpty() && size() < retention.max()) {
            growthScheduled = true;
            Timer.after(GrowthRule.LOOK, this::grow);
        }
    }

    private void grow() {
        List<Opening> asked = List.of();
        lock.lock();
        try {
            growthScheduled = false;
            if (growth.demandsMore() && !bag.isEmpty()) {
                asked = more(retention.max());
            }
            scheduleGrowth();
        } finally {
            lock.unlock();
        }
        asked.forEach(Opening::ask);
    }

    /** No connection can be opened: nobody has to wait for that who does not wait for one that comes back. */
    private void failWaitersIfStuck(OpeningFailedException reason) {
        List<Turn> failing = List.of();
        lock.lock();
        try {
            if (bag.borrowed().isEmpty() || waiting.isStuck(STUCK)) {
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

    /** One connection that is asked of the gate. */
    final class Opening implements WakeGate.Caller {

        private OpeningRequest request;
        private boolean unwanted;

        /** Called without the lock. */
        void ask() {
            OpeningRequest made = gate.request(this);
            boolean tooLate;
            synchronized (this) {
                request = made;
                tooLate = unwanted;
            }
            if (tooLate) {
                takeBack();
            }
        }

        /** If no attempt is being made for it yet. Called without the lock. */
        void takeBack() {
            synchronized (this) {
                unwanted = true;
                if (request == null || !request.cancel()) {
                    return; // it will be called, and see that nobody waits
                }
            }
            abandoned();
        }

        @Override
        public void opened(PhysicalConnection connection) {
            pool.receive(this, connection);
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
            abandoned();
        }

        /** It comes to nothing. Those in line may need another one in its place. */
        private void abandoned() {
            List<Opening> asked;
            lock.lock();
            try {
                openings.remove(this);
                asked = isUnwanted() ? forWaiting() : List.of();
            } finally {
                lock.unlock();
            }
            asked.forEach(Opening::ask);
        }

        private synchronized boolean isUnwanted() {
            return unwanted;
        }
    }
}
