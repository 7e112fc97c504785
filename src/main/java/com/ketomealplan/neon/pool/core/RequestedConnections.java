package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.gate.ConnectionReceiver;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.OpeningRequest;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Retention;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The connections that a pool has requested from the gate for its waiters: one for each where none is reused; else two, and more by the
 * {@link GrowthRule}. Guarded by the pool's lock, except the calls of the gate.
 */
final class RequestedConnections {

    /** While no connection can be opened, the waiters fail if none of them was served for so long. */
    private static final Duration STALL = Duration.ofSeconds(1);

    private final ConnectionPool pool;
    private final WakeGate gate;
    private final ReentrantLock lock;
    private final Retention retention;
    private final WaitQueue queue;
    private final ConnectionBag bag;
    private final Deque<PendingOpening> requested = new ArrayDeque<>();
    private final GrowthRule growth = new GrowthRule(System::nanoTime);
    private boolean growthScheduled;
    private boolean failureCheckScheduled;

    RequestedConnections(ConnectionPool pool, WakeGate gate, Retention retention, PoolState state) {
        this.pool = pool;
        this.gate = gate;
        this.retention = retention;
        this.lock = state.lock();
        this.queue = state.queue();
        this.bag = state.bag();
    }

    /** The first waiter has come, or its connection was opened. */
    void onQueueStarted() {
        growth.onQueueStarted();
    }

    /** A waiter got a connection. */
    void onServed() {
        growth.onServed();
    }

    /** The attempt has ended. */
    void onEnded(PendingOpening opening) {
        requested.remove(opening);
    }

    /** Returns new requests, to be sent after the lock is released. */
    List<PendingOpening> openForWaiters() {
        if (!retention.reuses()) {
            return more(retention.max());
        }
        scheduleGrowth();
        return bag.size() + requested.size() < 2 ? more(1) : List.of();
    }

    /** What a returned connection changes: requests that are to be sent, and those to be cancelled, after the lock is released. */
    record Changes(List<PendingOpening> requests, List<PendingOpening> surplus) {

        void send() {
            surplus.forEach(PendingOpening::cancel);
            requests.forEach(PendingOpening::send);
        }
    }

    /**
     * Returns what a returned connection changes.
     *
     * @param kept whether it serves a waiter, or is idle
     */
    Changes afterReturn(boolean kept) {
        List<PendingOpening> surplus = kept ? surplus() : List.of();
        return new Changes(openForWaiters(), surplus);
    }

    /** Returns the requests beyond the number of waiters, last sent first, to be cancelled after the lock is released. */
    List<PendingOpening> surplus() {
        List<PendingOpening> surplus = new ArrayList<>();
        Iterator<PendingOpening> last = requested.descendingIterator();
        for (int count = requested.size() - queue.size(); count > 0 && last.hasNext(); count--) {
            surplus.add(last.next());
        }
        return surplus;
    }

    /** Adds requests: as many as there are waiters, and as the maximum allows. */
    private List<PendingOpening> more(int max) {
        List<PendingOpening> requests = new ArrayList<>();
        while (requested.size() < Math.min(queue.size(), max) && slots() < retention.max()) {
            PendingOpening opening = new PendingOpening();
            requested.add(opening);
            requests.add(opening);
        }
        return requests;
    }

    private int slots() {
        return bag.slots() + requested.size();
    }

    /** A connection is closed: its slot may be used again. Called without the lock. */
    void onClosed(PooledConnection connection) {
        send(() -> {
            bag.markClosed(connection);
            queue.onProgress(); // there is room for another one
            return openForWaiters();
        });
    }

    /** Makes requests with the lock held, and sends them without it. */
    private void send(Supplier<List<PendingOpening>> making) {
        List<PendingOpening> requests;
        lock.lock();
        try {
            requests = making.get();
        } finally {
            lock.unlock();
        }
        requests.forEach(PendingOpening::send);
    }

    private void scheduleGrowth() {
        if (!growthScheduled && requested.size() < queue.size() && !bag.isEmpty() && slots() < retention.max()) {
            growthScheduled = true;
            Timer.after(GrowthRule.SAMPLE_INTERVAL, this::grow);
        }
    }

    private void grow() {
        send(() -> {
            growthScheduled = false;
            List<PendingOpening> requests =
                    growth.needsConnection() && !bag.isEmpty() ? more(retention.max()) : List.of();
            scheduleGrowth();
            return requests;
        });
    }

    /** Fails the waiters, because no connection can be opened, unless borrowed ones are still being returned. */
    private void failWaitersIfStalled(OpeningFailedException reason) {
        List<Waiter> failing = List.of();
        lock.lock();
        try {
            if (bag.active().isEmpty() || queue.isStalled(STALL)) {
                failing = queue.drain();
            } else if (!queue.isEmpty() && !failureCheckScheduled) {
                failureCheckScheduled = true;
                Timer.after(STALL, this::checkFailure);
            }
        } finally {
            lock.unlock();
        }
        failing.forEach(waiter -> waiter.fail(gate.lastFailure().orElse(reason)));
    }

    private void checkFailure() {
        lock.lock();
        try {
            failureCheckScheduled = false;
            if (!requested.isEmpty()) {
                return; // an attempt is still under way
            }
        } finally {
            lock.unlock();
        }
        gate.lastFailure().ifPresentOrElse(this::failWaitersIfStalled, () -> send(this::openForWaiters));
    }

    /** A connection that is being opened for a waiter, or will be as soon as its request is sent to the gate. */
    final class PendingOpening implements ConnectionReceiver {

        private OpeningRequest inGate;
        private boolean unwanted;

        /** Called without the lock. */
        void send() {
            OpeningRequest made = gate.request(this);
            boolean tooLate;
            synchronized (this) {
                inGate = made;
                tooLate = unwanted;
            }
            if (tooLate) {
                cancel();
            }
        }

        /** Cancels the request, unless an attempt is being made for it. Called without the lock. */
        void cancel() {
            synchronized (this) {
                unwanted = true;
                if (inGate == null || !inGate.cancel()) {
                    return; // onOpened() or onFailed() will be called
                }
            }
            replaceIfNeeded();
        }

        @Override
        public void onOpened(PhysicalConnection connection) {
            pool.onOpened(this, connection);
        }

        @Override
        public void onFailed(OpeningFailedException reason) {
            lock.lock();
            try {
                requested.remove(this);
            } finally {
                lock.unlock();
            }
            if (!isUnwanted()) {
                failWaitersIfStalled(reason);
            }
            replaceIfNeeded();
        }

        /** If it was cancelled, opens another one where the waiters need it again. */
        private void replaceIfNeeded() {
            RequestedConnections.this.send(() -> {
                requested.remove(this);
                return isUnwanted() ? openForWaiters() : List.of();
            });
        }

        private synchronized boolean isUnwanted() {
            return unwanted;
        }
    }
}
