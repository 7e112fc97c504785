package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to new connections, for all who need some. While no connection is open, the compute may be asleep or gone: then
 * one attempt is under way, and all other requests wait for what becomes of it. Each success lets one more attempt run at the
 * same time, so there are 1, 2, 4, 8 …
 *
 * <ul>
 *   <li>A failure that passes (waking, not reachable) is tried again after a random pause, one attempt at a time.
 *   <li>One that asks for fewer attempts (throttled, no slots) halves their number, and pauses for a second or more.
 *   <li>A server that cannot be reached for {@link #GRACE} is known to be down: requests fail at once, except for one at a
 *       time, which tries.
 *   <li>A failure that only an operator can end fails all who wait, and all who come within {@link #MEMORY}; Neon's proxy
 *       remembers it as long. Then one request tries again.
 * </ul>
 *
 * Attempts run on threads of the gate, so that a caller who gives up ends no wake that others wait for. Thread-safe.
 */
public final class WakeGate {

    /** Who gets what became of a request, on any thread; must not block. Called exactly once, unless it is cancelled. */
    public interface Caller {
        /** The caller owns the connection, and closes it by {@link WakeGate#close}. */
        void opened(PhysicalConnection connection);

        void failed(OpeningFailedException reason);
    }

    /** How long a failure that only an operator can end is remembered. */
    static final Duration MEMORY = Duration.ofSeconds(30);

    /** How long an outage may last before requests no longer wait for its end. */
    static final Duration GRACE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(WakeGate.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(25);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_THROTTLED_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_THROTTLED_PAUSE = Duration.ofSeconds(8);
    private static final int WIDEST = 64;

    private final Connector connector;
    private final LongSupplier nanoTime;
    private final Executor openers = openers();

    private final Deque<Request> waiting = new ArrayDeque<>();
    private int open;
    private int inFlight;
    private int width = 1;
    private int failures;
    private long pausedUntil;
    private boolean resumeScheduled;
    private Optional<Setback> setback = Optional.empty();

    /** The last failure, while no success has followed it. */
    private record Setback(Failure failure, SQLException reason, long firstNanos, long lastNanos) {}

    public WakeGate(Connector connector) {
        this(connector, System::nanoTime);
    }

    WakeGate(Connector connector, LongSupplier nanoTime) {
        this.connector = connector;
        this.nanoTime = nanoTime;
        this.pausedUntil = nanoTime.getAsLong();
    }

    private static Executor openers() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "database-opener-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** One connection that somebody asked for. */
    public final class Request {

        private final Caller caller;
        private boolean abandoned;

        private Request(Caller caller) {
            this.caller = caller;
        }

        /**
         * Takes the request back.
         *
         * @return whether that came in time; otherwise an attempt is being made for it, the last one, and the caller will
         *     be called
         */
        public boolean cancel() {
            synchronized (WakeGate.this) {
                abandoned = true;
                return waiting.remove(this);
            }
        }
    }

    /** Where the connections lead, for logs: without a password. */
    public String target() {
        return connector.target();
    }

    /** Asks for a connection. Returns at once; the caller may be called before it returns. */
    public Request request(Caller caller) {
        Request request = new Request(caller);
        Setback known;
        synchronized (this) {
            known = setback.filter(this::holds).orElse(null);
            if (known == null) {
                waiting.add(request);
                startAttempts();
            }
        }
        if (known != null) {
            caller.failed(exception(known));
        }
        return request;
    }

    /** Whether another attempt would be in vain, or is being made by somebody else. */
    private boolean holds(Setback known) {
        long now = nanoTime.getAsLong();
        if (known.failure().kind().isTransient()) {
            return isKnownDown(known) && (inFlight > 0 || !waiting.isEmpty() || now - pausedUntil < 0);
        }
        return now - known.lastNanos() < MEMORY.toNanos();
    }

    private static boolean isKnownDown(Setback known) {
        return known.failure().kind() == FailureKind.UNAVAILABLE
                && known.lastNanos() - known.firstNanos() >= GRACE.toNanos();
    }

    /** The server has ended connections: it may be asleep, or starting. */
    public synchronized void lost() {
        width = 1;
    }

    /** Gives a connection back to the server. */
    public void close(PhysicalConnection connection) {
        synchronized (this) {
            open--;
            if (open == 0) {
                width = 1;
            }
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection to {} broke while it was closed", target(), e);
        }
    }

    /** The last failure to open a connection, if none was opened since. */
    public Optional<OpeningFailedException> lastFailure() {
        return snapshot().map(this::exception);
    }

    /** How long ago that failure was. */
    public Optional<Duration> sinceLastFailure() {
        return snapshot().map(known -> Duration.ofNanos(nanoTime.getAsLong() - known.lastNanos()));
    }

    private synchronized Optional<Setback> snapshot() {
        return setback;
    }

    private OpeningFailedException exception(Setback known) {
        return new OpeningFailedException(target(), known.failure(), known.reason());
    }

    /** Called with the lock held. */
    private void startAttempts() {
        while (!waiting.isEmpty() && inFlight < width) {
            long pause = pausedUntil - nanoTime.getAsLong();
            if (pause > 0) {
                resumeAfter(pause);
                return;
            }
            Request request = waiting.poll();
            inFlight++;
            openers.execute(() -> attempt(request));
        }
    }

    private void resumeAfter(long pauseNanos) {
        if (!resumeScheduled) {
            resumeScheduled = true;
            Timer.after(Duration.ofNanos(pauseNanos), () -> {
                synchronized (this) {
                    resumeScheduled = false;
                    startAttempts();
                }
            });
        }
    }

    private void attempt(Request request) {
        PhysicalConnection connection;
        Optional<Setback> overcome;
        try {
            connection = connector.open();
        } catch (SQLException e) {
            failed(request, e);
            return;
        } catch (RuntimeException | Error e) {
            failed(request, new SQLException("opening a connection failed: " + e, e));
            throw e;
        }
        synchronized (this) {
            inFlight--;
            open++;
            failures = 0;
            overcome = setback;
            setback = Optional.empty();
            width = Math.min(width + 1, WIDEST);
            startAttempts();
        }
        overcome.ifPresent(known -> LOG.info(
                "Connected to {} again, {} ms after the first failure",
                target(),
                Duration.ofNanos(nanoTime.getAsLong() - known.firstNanos()).toMillis()));
        request.caller.opened(connection);
    }

    private void failed(Request request, SQLException reason) {
        Failure failure = Failure.toOpen(reason);
        List<Request> givenUp = new ArrayList<>();
        Setback known;
        boolean isNew;
        synchronized (this) {
            inFlight--;
            failures++;
            long now = nanoTime.getAsLong();
            isNew = setback.filter(before -> before.failure().kind() == failure.kind())
                    .isEmpty();
            known = new Setback(failure, reason, beginningOf(failure, now), now);
            setback = Optional.of(known);
            if (request.abandoned) {
                givenUp.add(request);
            } else {
                waiting.addFirst(request);
            }
            width = failure.kind().isThrottling() ? Math.max(1, width / 2) : 1;
            if (!failure.kind().isTransient() || isKnownDown(known)) {
                givenUp.addAll(waiting);
                waiting.clear();
            }
            pausedUntil = now + pause(failure.kind());
            startAttempts();
        }
        if (isNew) { // once for each outage, with the whole trace
            LOG.warn("No connection to {} ({}): {}", target(), failure.kind(), failure.cause(), reason);
        }
        givenUp.forEach(one -> one.caller.failed(exception(known)));
    }

    /** When what failed now began to fail: an outage is counted from its first failure. */
    private long beginningOf(Failure failure, long now) {
        return setback.filter(before -> before.failure().kind() == failure.kind())
                .map(Setback::firstNanos)
                .orElse(now);
    }

    /** Nanoseconds: anything up to a bound that doubles ("full jitter"), so that many instances do not try in step. */
    private long pause(FailureKind kind) {
        if (!kind.isTransient()) {
            return 0; // nobody waits, and MEMORY holds the others back
        }
        int doublings = Math.min(failures - 1, 16);
        if (kind.isThrottling()) {
            long bound = Math.min(SHORTEST_THROTTLED_PAUSE.toNanos() << doublings, LONGEST_THROTTLED_PAUSE.toNanos());
            return SHORTEST_THROTTLED_PAUSE.toNanos()
                    + ThreadLocalRandom.current().nextLong(bound);
        }
        long bound = Math.min(SHORTEST_PAUSE.toNanos() << doublings, LONGEST_PAUSE.toNanos());
        return ThreadLocalRandom.current().nextLong(bound);
    }
}
