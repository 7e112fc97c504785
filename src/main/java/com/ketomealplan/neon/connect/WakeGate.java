package com.ketomealplan.neon.connect;

import static com.ketomealplan.neon.connect.OutageDetector.FAILURE_TTL;
import static com.ketomealplan.neon.connect.OutageDetector.GRACE;

import com.ketomealplan.neon.connect.OutageDetector.ConnectFailure;
import com.ketomealplan.neon.failure.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
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
 *   <li>A server that cannot be reached for {@link OutageDetector#GRACE} is known to be down: all requests fail at once, and probes of
 *       the gate's own look for its return, until nobody has asked for {@link OutageDetector#FAILURE_TTL}.
 *   <li>A server that has refused connections in words for {@link OutageDetector#REFUSAL_GRACE} is treated the same way.
 *   <li>A failure that only an operator can end fails all who wait, and all who come within {@link OutageDetector#FAILURE_TTL}; Neon's proxy
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

    private static final Logger LOG = LoggerFactory.getLogger(WakeGate.class);

    private static final int WIDEST = 64;

    /** Beside a probe that hangs the next one begins after so long: the network may lose the packets of that one only. */
    private static final Duration PROBE_PAUSE = Duration.ofMillis(700);

    private static final int MOST_PROBES = 4;
    private static final Duration PROBE_TIME = PROBE_PAUSE.multipliedBy(MOST_PROBES);

    private final Connector connector;
    private final LongSupplier nanoTime;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor openers = openers();
    private final Listeners<GateListener> listeners = new Listeners<>();

    private final Deque<Request> waiting = new ArrayDeque<>();
    private final Set<Opening> openings = new HashSet<>();
    private int open;
    private int width = 1;
    private int failures;
    private long pausedUntil;
    private boolean resumeScheduled;
    private Optional<Long> openedNanos = Optional.empty();
    private final OutageDetector outage;
    private boolean lookScheduled;
    private long wantedNanos;
    private int probes;
    private Optional<Future<?>> nextProbe = Optional.empty();

    public WakeGate(Connector connector) {
        this(connector, System::nanoTime, Timer::after);
    }

    WakeGate(Connector connector, LongSupplier nanoTime, BiFunction<Duration, Runnable, Future<?>> timer) {
        this.connector = connector;
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.outage = new OutageDetector(nanoTime);
        this.pausedUntil = nanoTime.getAsLong();
    }

    private static Executor openers() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
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

    /** An attempt that is under way. */
    private final class Opening implements Consumer<Phase> {

        /** Whom it is for; empty if it is a probe, or if it has turned out to take too long. */
        private Optional<Request> request;

        private final boolean probe;
        private final long begunNanos = nanoTime.getAsLong();
        private final Map<Phase, Long> phases = new EnumMap<>(Phase.class);
        private volatile boolean loggingIn;

        Opening(Optional<Request> request) {
            this.request = request;
            this.probe = request.isEmpty();
        }

        boolean isProbe() {
            return probe;
        }

        boolean hasLasted(Duration time) {
            return nanoTime.getAsLong() - begunNanos >= time.toNanos();
        }

        @Override
        public void accept(Phase phase) {
            loggingIn = phase == Phase.LOGIN;
            phases.put(phase, nanoTime.getAsLong());
        }

        /** On the thread that has opened it. */
        OpeningTimes times() {
            Map<Phase, Duration> times = new EnumMap<>(Phase.class);
            long end = nanoTime.getAsLong();
            long next = end;
            for (Phase phase : List.of(Phase.LOGIN, Phase.TLS, Phase.TCP)) {
                long begun = phases.getOrDefault(phase, next);
                times.put(phase, Duration.ofNanos(next - begun));
                next = begun;
            }
            return new OpeningTimes(Duration.ofNanos(end - begunNanos), times);
        }
    }

    /** Where the connections lead, for logs: without a password. */
    public String target() {
        return connector.target();
    }

    /** From now on somebody hears what happens. */
    public void listen(GateListener listener) {
        listeners.add(listener);
    }

    /** Asks for a connection. Returns at once; the caller may be called before it returns. */
    public Request request(Caller caller) {
        Request request = new Request(caller);
        Optional<ConnectFailure> known;
        boolean first;
        synchronized (this) {
            known = outage.lastFailure().filter(any -> outage.shouldFailFast());
            wantedNanos = nanoTime.getAsLong();
            first = open == 0 && openings.isEmpty();
            if (known.isEmpty()) {
                waiting.add(request);
                startOpenings();
                if (outage.isSuspicious()) {
                    lookAfter(GRACE);
                }
            }
        }
        known.ifPresent(reason -> caller.failed(exception(reason)));
        if (first && known.isEmpty()) {
            listeners.forEach(GateListener::changed);
        }
        return request;
    }

    /** The server does not answer on open connections: so it is not asleep, and if it answers on no new one either, it is down. */
    public synchronized void unresponsive() {
        width = 1;
        if (outage.unresponsive()) {
            lookAfter(GRACE);
        }
    }

    /** Whether connections cannot be opened before an operator has acted. */
    public synchronized boolean hasLastingFailure() {
        return outage.hasLastingFailure();
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
        Optional<ConnectFailure> known;
        synchronized (this) {
            known = outage.isFailing() ? outage.lastFailure() : Optional.empty();
        }
        return known.map(this::exception);
    }

    private OpeningFailedException exception(ConnectFailure known) {
        return new OpeningFailedException(target(), known.failure(), known.reason());
    }

    /** Whether it is worth waiting: the server has taken a connection and takes its time, or has said that it does. */
    public synchronized boolean isWaking() {
        return outage.isWaking(isLoggingIn());
    }

    /** Whether the server holds an attempt inside its log-in, as a compute does that wakes: that time is not the callers'. */
    public synchronized boolean isHoldingLogin() {
        return outage.isHoldingLogin(isLoggingIn());
    }

    /** What is known of the server. */
    public synchronized GateCondition condition() {
        long now = nanoTime.getAsLong();
        return new GateCondition(
                open,
                outage.isDown(),
                !openings.isEmpty(),
                openings.stream()
                        .filter(opening -> opening.loggingIn)
                        .map(opening -> Duration.ofNanos(now - opening.begunNanos))
                        .max(Comparator.naturalOrder()),
                openedNanos.map(then -> Duration.ofNanos(now - then)),
                outage.lastFailure().map(ConnectFailure::failure),
                outage.lastFailure().map(known -> Duration.ofNanos(now - known.lastNanos())),
                outage.isFailing());
    }

    private boolean isLoggingIn() {
        return openings.stream().anyMatch(opening -> opening.loggingIn);
    }

    /** Called with the lock held. */
    private void startOpenings() {
        while (!waiting.isEmpty() && openings.size() < width) {
            long pause = pausedUntil - nanoTime.getAsLong();
            if (pause > 0) {
                resumeAfter(pause);
                return;
            }
            start(Optional.of(waiting.poll()), Connector.LONGEST);
        }
    }

    private void start(Optional<Request> request, Duration atMost) {
        Opening opening = new Opening(request);
        openings.add(opening);
        try {
            openers.execute(() -> open(opening, atMost));
        } catch (RuntimeException | OutOfMemoryError e) { // there is no thread for it
            timer.apply(
                    Duration.ZERO, () -> failed(opening, new SQLException("no thread to open a connection: " + e, e)));
        }
    }

    private void resumeAfter(long pauseNanos) {
        if (!resumeScheduled) {
            resumeScheduled = true;
            timer.apply(Duration.ofNanos(pauseNanos), () -> {
                synchronized (this) {
                    resumeScheduled = false;
                    startOpenings();
                }
            });
        }
    }

    private void open(Opening opening, Duration atMost) {
        try {
            succeeded(opening, connector.open(atMost, opening));
        } catch (SQLException e) {
            failed(opening, e);
        } catch (RuntimeException | Error e) {
            failed(opening, new SQLException("opening a connection failed: " + e, e));
            throw e;
        }
    }

    private void succeeded(Opening opening, PhysicalConnection connection) {
        OpeningTimes times = opening.times();
        connection.openedIn(times);
        Optional<Request> receiver;
        boolean news;
        synchronized (this) {
            news = outage.isFailing() || open == 0;
            openings.remove(opening);
            open++;
            openedNanos = Optional.of(nanoTime.getAsLong());
            failures = 0;
            outage.opened();
            endProbing();
            width = Math.min(width + 1, WIDEST);
            receiver = opening.request.or(() -> Optional.ofNullable(waiting.poll()));
            startOpenings();
        }
        listeners.forEach(listener -> listener.opened(times));
        receiver.ifPresentOrElse(request -> request.caller.opened(connection), () -> close(connection));
        if (news) {
            listeners.forEach(GateListener::changed);
        }
    }

    private void failed(Opening opening, SQLException reason) {
        Failure failure = Failure.toOpen(reason);
        List<Request> givenUp = new ArrayList<>();
        ConnectFailure known;
        synchronized (this) {
            openings.remove(opening);
            if (outage.isDown() && opening.isProbe() && reason instanceof PhaseTimeoutException) {
                return; // it had little time, and what is known stands
            }
            failures++;
            known = outage.failed(failure, reason, opening.begunNanos);
            opening.request.ifPresent(request -> {
                if (request.abandoned) {
                    givenUp.add(request);
                } else {
                    waiting.addFirst(request);
                }
            });
            boolean throttling = failure.kind().isThrottling();
            width = throttling ? Math.max(1, width / 2) : 1;
            pausedUntil = known.lastNanos();
            if (outage.isOutageConfirmedBy(known)) {
                givenUp.addAll(declareDown());
            } else if (known.isOutage()) {
                lookAfter(GRACE);
            } else {
                endProbing();
                if (!failure.kind().isTransient()) {
                    givenUp.addAll(waiting);
                    waiting.clear();
                }
            }
            if (failure.kind().isTransient()) {
                pausedUntil += (throttling ? Backoff.THROTTLED : Backoff.PASSING)
                        .after(failures)
                        .toNanos();
            }
            startOpenings();
        }
        LOG.debug("No connection to {} ({})", target(), failure.kind(), reason);
        listeners.forEach(listener -> listener.failed(failure.kind()));
        givenUp.forEach(one -> one.caller.failed(exception(known)));
        listeners.forEach(GateListener::changed);
    }

    /** Looks whether an outage lasts, also if the attempt hangs that would tell. Called with the lock held. */
    private void lookAfter(Duration time) {
        if (!lookScheduled) {
            lookScheduled = true;
            timer.apply(time, this::look);
        }
    }

    private void look() {
        List<Request> givenUp = List.of();
        Optional<ConnectFailure> known;
        synchronized (this) {
            lookScheduled = false;
            boolean wanted = !waiting.isEmpty() || !openings.isEmpty();
            Optional<Duration> time =
                    outage.timeUntilDown(new OutageDetector.Attempts(wanted, oldestAttemptNanos(), isLoggingIn()));
            if (time.isPresent() && time.get().isZero()) {
                givenUp = declareDown();
            } else {
                time.ifPresent(this::lookAfter);
            }
            known = outage.lastFailure();
        }
        givenUp.forEach(one -> one.caller.failed(exception(known.get())));
        if (!givenUp.isEmpty()) {
            listeners.forEach(GateListener::changed);
        }
    }

    private long oldestAttemptNanos() {
        long now = nanoTime.getAsLong();
        return openings.stream().mapToLong(opening -> opening.begunNanos).min().orElse(now);
    }

    /**
     * From now on nobody waits, and probes look for the server. Called with the lock held.
     *
     * @return who has waited until now
     */
    private List<Request> declareDown() {
        List<Request> givenUp = new ArrayList<>(waiting);
        waiting.clear();
        openings.forEach(opening -> {
            opening.request.ifPresent(givenUp::add);
            opening.request = Optional.empty();
        });
        boolean isNews = !outage.isDown();
        outage.declareDown();
        if (isNews) {
            wantedNanos = nanoTime.getAsLong();
            probes = 0;
            scheduleProbe();
        }
        return givenUp;
    }

    private void scheduleProbe() {
        probes++;
        boolean throttling = outage.lastFailure()
                .filter(known -> known.failure().kind().isThrottling())
                .isPresent();
        Backoff backoff = throttling ? Backoff.THROTTLED : Backoff.PASSING;
        nextProbe = Optional.of(timer.apply(backoff.after(probes), this::probe));
    }

    private synchronized void probe() {
        if (!outage.isDown()) {
            return;
        }
        if (nanoTime.getAsLong() - wantedNanos > FAILURE_TTL.toNanos()) {
            outage.forgetOutage();
            endProbing();
            return;
        }
        List<Opening> hanging = openings.stream().filter(Opening::isProbe).toList();
        if (hanging.size() < MOST_PROBES && hanging.stream().allMatch(one -> one.hasLasted(PROBE_PAUSE))) {
            start(Optional.empty(), PROBE_TIME);
        }
        scheduleProbe();
    }

    private void endProbing() {
        nextProbe.ifPresent(probe -> probe.cancel(false));
        nextProbe = Optional.empty();
    }
}
