package com.ketomealplan.neon.connect;

import static com.ketomealplan.neon.connect.OutageDetector.GRACE;

import com.ketomealplan.neon.connect.OutageDetector.ConnectFailure;
import com.ketomealplan.neon.failure.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
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
 *   <li>A refused log-in is such a failure. Where its credentials are in files, other ones lift it at once; and where they were accepted
 *       before, callers wait for other ones for {@link OutageDetector#RENEWAL_GRACE}.
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

    private final Connector connector;
    private final LongSupplier nanoTime;
    private final Openers openers;
    private final Listeners<GateListener> listeners = new Listeners<>();

    private final Admission<OpeningRequest> admission;
    private final OutageDetector outage;
    private final Probing probing;
    private final Openings openings;
    private int open;
    private Optional<Long> openedNanos = Optional.empty();
    private final Alarm resumption;
    private final Alarm outageLook;
    private final CredentialWatch credentials;

    public WakeGate(Connector connector) {
        this(connector, System::nanoTime, Timer::after);
    }

    WakeGate(Connector connector, LongSupplier nanoTime, BiFunction<Duration, Runnable, Future<?>> timer) {
        this.connector = connector;
        this.nanoTime = nanoTime;
        this.resumption = new Alarm(timer, this::resume);
        this.outageLook = new Alarm(timer, this::look);
        this.openers = new Openers(connector, timer, this::succeeded, this::failed);
        this.admission = new Admission<>(nanoTime);
        this.openings = new Openings(nanoTime);
        this.outage = new OutageDetector(nanoTime);
        this.probing = new Probing(outage, nanoTime, timer, this::probe);
        this.credentials = new CredentialWatch(connector, timer, openers::execute, this::credentialsSeen);
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
    public OpeningRequest request(Caller caller) {
        OpeningRequest request = new OpeningRequest(this, caller);
        Optional<ConnectFailure> known;
        boolean first;
        synchronized (this) {
            known = outage.lastFailure().filter(any -> outage.shouldFailFast());
            probing.wanted();
            first = open == 0 && openings.areNone();
            if (known.isEmpty()) {
                admission.add(request);
                startOpenings();
                if (outage.isSuspicious()) {
                    outageLook.after(GRACE);
                }
            }
        }
        known.ifPresent(reason -> caller.failed(exception(reason)));
        if (first && known.isEmpty()) {
            listeners.forEach(GateListener::changed);
        }
        return request;
    }

    synchronized boolean cancel(OpeningRequest request) {
        request.abandon();
        return admission.remove(request);
    }

    /** The server does not answer on open connections: so it is not asleep, and if it answers on no new one either, it is down. */
    public synchronized void unresponsive() {
        admission.narrow();
        if (outage.unresponsive()) {
            outageLook.after(GRACE);
        }
    }

    /** Whether connections cannot be opened before an operator has acted. */
    public synchronized boolean hasLastingFailure() {
        return outage.hasLastingFailure();
    }

    /** The same, also while callers are let wait for other credentials. */
    public synchronized boolean isFailingForGood() {
        return outage.isFailingForGood();
    }

    /** Gives a connection back to the server. */
    public void close(PhysicalConnection connection) {
        synchronized (this) {
            open--;
            if (open == 0) {
                admission.narrow();
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
        return outage.isWaking(openings.isLoggingIn());
    }

    /** Whether the server holds an attempt inside its log-in, as a compute does that wakes: that time is not the callers'. */
    public synchronized boolean isHoldingLogin() {
        return outage.isHoldingLogin(openings.isLoggingIn());
    }

    /** What is known of the server. */
    public synchronized GateCondition condition() {
        long now = nanoTime.getAsLong();
        return new GateCondition(
                open,
                outage.isDown(),
                !openings.areNone(),
                openings.longestLogin(),
                openedNanos.map(then -> Duration.ofNanos(now - then)),
                outage.lastFailure().map(ConnectFailure::failure),
                outage.lastFailure().map(known -> Duration.ofNanos(now - known.lastNanos())),
                outage.isKnownToFail());
    }

    /** Called with the lock held. */
    private void startOpenings() {
        while (admission.hasNext(openings.count()) && !outage.isAwaitingRenewal()) {
            Duration pause = admission.pause();
            if (pause.compareTo(Duration.ZERO) > 0) {
                resumption.after(pause);
                return;
            }
            openers.begin(openings.begin(admission.poll()), Connector.LONGEST);
        }
    }

    private synchronized void resume() {
        startOpenings();
    }

    private void succeeded(Opening opening, PhysicalConnection connection) {
        OpeningTimes times = opening.times();
        connection.openedIn(times);
        Optional<OpeningRequest> receiver;
        boolean news;
        synchronized (this) {
            news = outage.isFailing() || open == 0;
            openings.ended(opening);
            open++;
            openedNanos = Optional.of(nanoTime.getAsLong());
            outage.opened();
            probing.end();
            admission.succeeded();
            receiver = opening.request().or(admission::poll);
            startOpenings();
        }
        listeners.forEach(listener -> listener.opened(times));
        receiver.ifPresentOrElse(request -> request.caller().opened(connection), () -> close(connection));
        if (news) {
            listeners.forEach(GateListener::changed);
        }
    }

    private void failed(Opening opening, SQLException reason) {
        Failure failure = Failure.toOpen(reason);
        List<OpeningRequest> givenUp = new ArrayList<>();
        ConnectFailure known;
        synchronized (this) {
            openings.ended(opening);
            if (outage.isDown() && opening.isProbe() && reason instanceof PhaseTimeoutException) {
                return; // it had little time, and what is known stands
            }
            known = outage.failed(failure, reason, opening.begunNanos());
            admission.failed(failure.kind());
            opening.request().ifPresent(request -> {
                if (request.isAbandoned()) {
                    givenUp.add(request);
                } else {
                    admission.addAgain(request);
                }
            });
            if (outage.isOutageConfirmedBy(known)) {
                givenUp.addAll(declareDown());
            } else if (known.isOutage()) {
                outageLook.after(GRACE);
            } else {
                probing.end();
                watchCredentials();
                if (outage.hasLastingFailure()) {
                    givenUp.addAll(admission.drain());
                }
            }
            startOpenings();
        }
        LOG.debug("No connection to {} ({})", target(), failure.kind(), reason);
        listeners.forEach(listener -> listener.failed(failure.kind()));
        givenUp.forEach(one -> one.caller().failed(exception(known)));
        listeners.forEach(GateListener::changed);
    }

    /** If they may become others. Called with the lock held. */
    private void watchCredentials() {
        if (outage.isRefused() && connector.rereadsCredentials()) {
            if (openedNanos.isPresent()) {
                outage.mayBeRenewed();
            }
            credentials.begin();
        }
    }

    /** Returns when to look again; empty if there is no reason to. */
    private Optional<Duration> credentialsSeen(boolean others) {
        List<OpeningRequest> givenUp = List.of();
        Optional<ConnectFailure> known;
        synchronized (this) {
            known = outage.lastFailure();
            if (!outage.isRefused()) {
                return Optional.empty(); // what was refused then is no longer what is known
            } else if (others) {
                outage.renewed();
                admission.resume();
                startOpenings();
            } else if (outage.endsAwaitingRenewal()) {
                givenUp = admission.drain();
            } else {
                return Optional.of(outage.timeToLookForCredentials());
            }
        }
        givenUp.forEach(one -> one.caller().failed(exception(known.get())));
        listeners.forEach(GateListener::changed);
        return others ? Optional.empty() : Optional.of(CredentialWatch.LOOK);
    }

    /** Whether an outage lasts, also if the attempt hangs that would tell. */
    private void look() {
        List<OpeningRequest> givenUp = List.of();
        Optional<ConnectFailure> known;
        synchronized (this) {
            boolean wanted = !admission.isEmpty() || !openings.areNone();
            Optional<Duration> time = outage.timeUntilDown(
                    new OutageDetector.Attempts(wanted, openings.oldestNanos(), openings.isLoggingIn()));
            if (time.isPresent() && time.get().isZero()) {
                givenUp = declareDown();
            } else {
                time.ifPresent(outageLook::after);
            }
            known = outage.lastFailure();
        }
        givenUp.forEach(one -> one.caller().failed(exception(known.get())));
        if (!givenUp.isEmpty()) {
            listeners.forEach(GateListener::changed);
        }
    }

    /**
     * From now on nobody waits, and probes look for the server. Called with the lock held.
     *
     * @return who has waited until now
     */
    private List<OpeningRequest> declareDown() {
        List<OpeningRequest> givenUp = admission.drain();
        givenUp.addAll(openings.orphan());
        boolean isNews = !outage.isDown();
        outage.declareDown();
        if (isNews) {
            probing.begin();
        }
        return givenUp;
    }

    private synchronized void probe() {
        if (!outage.isDown()) {
            return;
        }
        if (!probing.isWanted()) {
            outage.forgetOutage();
            probing.end();
            return;
        }
        if (probing.isOneMoreUseful(openings.probes())) {
            openers.begin(openings.begin(Optional.empty()), Probing.LONGEST);
        }
        probing.scheduleNext();
    }
}
