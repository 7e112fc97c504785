package com.ketomealplan.neon.gate;

import static com.ketomealplan.neon.gate.OutageDetector.GRACE;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.PhaseTimeoutException;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.gate.OutageDetector.ConnectFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the connections of one pool and of its health probe. While none is open, or when one was lost, the compute may be asleep: then there is
 * one attempt, whose result all requests await. Each success raises the limit by one, so a round in which all succeed doubles it: 1, 2, 4 …
 *
 * <ul>
 *   <li>A transient failure (waking, not reachable) is retried after a random pause, one attempt at a time.
 *   <li>A limit of the server (throttled, no slots) halves the limit of attempts, and pauses for a second or more.
 *   <li>A server that cannot be reached for {@link OutageDetector#GRACE} is down: all requests fail at once, and the gate probes
 *       it, until nothing was requested for {@link OutageDetector#FAIL_FAST_TTL}.
 *   <li>A server that has refused connections with transient errors for {@link OutageDetector#REFUSAL_GRACE} is treated the same way.
 *   <li>A permanent failure fails all requests, also those of the next {@link OutageDetector#FAIL_FAST_TTL}; Neon's proxy
 *       remembers it as long. Then one request tries again.
 *   <li>A refused log-in is permanent. Where its credentials are in files, new ones clear it at once; and where they were accepted
 *       before, callers wait for new ones for {@link OutageDetector#RENEWAL_GRACE}.
 * </ul>
 * Attempts run on threads of the gate, so that a caller that gives up does not end a wake that others wait for. Thread-safe.
 */
public final class WakeGate {

    private static final Logger LOG = LoggerFactory.getLogger(WakeGate.class);

    private final Connector connector;
    private final LongSupplier nanoTime;
    private final GateThreads threads;
    private final Listeners<GateListener> listeners = new Listeners<>();
    private final AttemptLimiter<OpeningRequest> limiter;
    private final OutageDetector outage;
    private final ProbeSchedule probing;
    private final ConnectAttempts attempts;
    private int open;
    private final CoalescedTask resumption;
    private final CoalescedTask outageCheck;
    private final CredentialWatch credentials;

    public WakeGate(Connector connector) {
        this(connector, System::nanoTime, Timer::after, GateThreads.newExecutor());
    }

    WakeGate(
            Connector connector, LongSupplier now, BiFunction<Duration, Runnable, Future<?>> timer, Executor executor) {
        this.connector = connector;
        this.nanoTime = now;
        this.resumption = new CoalescedTask(timer, this::resume);
        this.outageCheck = new CoalescedTask(timer, this::checkOutage);
        this.threads = new GateThreads(connector, executor, timer, this::onSucceeded, this::onFailed);
        this.limiter = new AttemptLimiter<>(now);
        this.attempts = new ConnectAttempts(now);
        this.outage = new OutageDetector(now);
        this.probing = new ProbeSchedule(outage, attempts, now, timer, this::probe);
        this.credentials = new CredentialWatch(connector, timer, threads::execute, this::onCredentialsChecked);
    }

    /** Returns the target of the connections, for logs, without a password. */
    public String target() {
        return connector.target();
    }

    /** Registers a listener. */
    public void addListener(GateListener listener) {
        listeners.add(listener);
    }

    /** Requests a connection. Does not block; the caller may be called before this returns. */
    public OpeningRequest request(ConnectionReceiver caller) {
        OpeningRequest request = new OpeningRequest(this, caller);
        Optional<ConnectFailure> known;
        boolean first;
        synchronized (this) {
            known = outage.lastFailure().filter(any -> outage.shouldFailFast());
            probing.onRequest();
            first = open == 0 && attempts.isEmpty();
            if (known.isEmpty()) {
                limiter.add(request);
                startAttempts();
                if (outage.isOutageSuspected()) {
                    outageCheck.schedule(GRACE);
                }
            }
        }
        known.ifPresent(reason -> caller.onFailed(reason.exception(target())));
        if (first && known.isEmpty()) {
            listeners.forEach(GateListener::onChange);
        }
        return request;
    }

    synchronized boolean cancel(OpeningRequest request) {
        request.abandon();
        return limiter.remove(request);
    }

    /** Records that an open connection was lost. Others may be, not found yet, as of a suspended compute: so it counts as the last one. */
    public synchronized void onLost() {
        limiter.resetLimit();
    }

    /** Records that the server does not answer on open connections: so it is not asleep, and is down if it answers on no new one either. */
    public synchronized void onUnresponsive() {
        limiter.resetLimit();
        if (outage.onUnresponsive()) {
            outageCheck.schedule(GRACE);
        }
    }

    /** Returns whether waiters fail: the last failure is permanent, and its {@link OutageDetector#RENEWAL_GRACE}, if any, is over. */
    public synchronized boolean shouldFailWaiters() {
        return outage.shouldFailWaiters();
    }

    /** Returns whether the last attempt failed permanently, until an operator acts; also while callers wait for new credentials. */
    public synchronized boolean hasFailedPermanently() {
        return outage.hasFailedPermanently();
    }

    /** Closes a connection. Ending TLS and sending the last message may block. */
    public void close(PhysicalConnection connection) {
        uncount();
        connection.close();
    }

    /** Closes a connection on a thread of the gate, and then calls back there. Does not block. */
    public void close(PhysicalConnection connection, Runnable closed) {
        uncount();
        threads.close(connection, closed);
    }

    private synchronized void uncount() {
        if (--open == 0) {
            limiter.resetLimit();
        }
    }

    /** Returns the last failure, if no connection was opened since. */
    public Optional<OpeningFailedException> lastFailure() {
        Optional<ConnectFailure> known;
        synchronized (this) {
            known = outage.lastAttemptFailed() ? outage.lastFailure() : Optional.empty();
        }
        return known.map(failure -> failure.exception(target()));
    }

    /** Returns whether the server may be waking: an attempt is in its log-in, or the last one failed with a transient refusal. */
    public synchronized boolean isWaking() {
        return outage.isWaking(attempts.isLoggingIn());
    }

    /** Returns whether the server holds an attempt in its log-in, as a waking compute does: that time is added to deadlines. */
    public synchronized boolean isHoldingLogin() {
        return outage.isHoldingLogin(attempts.isLoggingIn());
    }

    /** Returns a snapshot. */
    public synchronized GateSnapshot snapshot() {
        long now = nanoTime.getAsLong();
        return new GateSnapshot(
                outage.isDown(),
                !attempts.isEmpty(),
                attempts.longestLogin(),
                outage.openedNanos().map(then -> Duration.ofNanos(now - then)),
                outage.lastFailure().map(ConnectFailure::failure),
                outage.lastFailure().map(known -> Duration.ofNanos(now - known.lastNanos())),
                outage.isFailing());
    }

    private synchronized void resume() {
        startAttempts();
    }

    /** Called with the lock held. */
    private void startAttempts() {
        while (limiter.hasNext(attempts.count()) && !outage.isAwaitingRenewal()) {
            Duration pause = limiter.pause();
            if (pause.compareTo(Duration.ZERO) > 0) {
                resumption.schedule(pause);
                return;
            }
            threads.begin(attempts.begin(limiter.poll()), Connector.NO_LIMIT);
        }
    }

    private void onSucceeded(ConnectAttempt attempt, PhysicalConnection connection) {
        OpeningTimes times = attempt.times();
        connection.setOpeningTimes(times);
        Optional<OpeningRequest> receiver;
        boolean news;
        synchronized (this) {
            news = outage.lastAttemptFailed() || open == 0;
            attempts.remove(attempt);
            open++;
            outage.onOpened();
            probing.end();
            limiter.onSucceeded();
            receiver = attempt.request().or(limiter::poll);
            startAttempts();
        }
        listeners.forEach(listener -> listener.onOpened(times));
        receiver.ifPresentOrElse(request -> request.caller().onOpened(connection), () -> close(connection));
        if (news) {
            listeners.forEach(GateListener::onChange);
        }
    }

    private void onFailed(ConnectAttempt attempt, SQLException reason) {
        Failure failure = Failure.toOpen(reason);
        List<OpeningRequest> givenUp = new ArrayList<>();
        ConnectFailure known;
        synchronized (this) {
            if (!attempts.remove(attempt) || attempt.request().isEmpty() && reason instanceof PhaseTimeoutException) {
                return; // of an outage that is over; or it says nothing new
            }
            known = outage.onFailed(failure, reason, attempt.begunNanos());
            limiter.onFailed(failure.kind());
            attempt.request().ifPresent(request -> {
                if (request.isAbandoned()) {
                    givenUp.add(request);
                } else {
                    limiter.addFirst(request);
                }
            });
            if (outage.isOutageConfirmedBy(known)) {
                givenUp.addAll(declareDown());
            } else if (known.isOutage()) {
                outageCheck.schedule(GRACE);
            } else {
                probing.end();
                watchCredentials();
                if (outage.shouldFailWaiters()) {
                    givenUp.addAll(limiter.drain());
                }
            }
            startAttempts();
        }
        LOG.debug("Connection to {} failed ({})", target(), failure.kind(), reason);
        listeners.forEach(listener -> listener.onFailed(failure.kind()));
        givenUp.forEach(one -> one.caller().onFailed(known.exception(target())));
        listeners.forEach(GateListener::onChange);
    }

    /** Watches the credentials, if they may change. Called with the lock held. */
    private void watchCredentials() {
        if (outage.isLoginRefused() && connector.canReloadCredentials()) {
            if (outage.openedNanos().isPresent()) {
                outage.awaitRenewal();
            }
            credentials.start();
        }
    }

    /** Returns when to check again; empty to stop. */
    private Optional<Duration> onCredentialsChecked(boolean others) {
        List<OpeningRequest> givenUp = List.of();
        Optional<ConnectFailure> known;
        synchronized (this) {
            known = outage.lastFailure();
            if (!outage.isLoginRefused()) {
                return Optional.empty(); // the refusal was cleared meanwhile
            } else if (others) {
                outage.onRenewed();
                limiter.resume();
                startAttempts();
            } else if (outage.endAwaitingRenewal()) {
                givenUp = limiter.drain();
            } else {
                return Optional.of(outage.credentialCheckInterval());
            }
        }
        givenUp.forEach(one -> one.caller().onFailed(known.get().exception(target())));
        listeners.forEach(GateListener::onChange);
        return others ? Optional.empty() : Optional.of(CredentialWatch.INTERVAL);
    }

    /** Declares the server down if a suspected outage has lasted, even if an attempt hangs. */
    private void checkOutage() {
        List<OpeningRequest> givenUp = List.of();
        Optional<ConnectFailure> known;
        synchronized (this) {
            boolean wanted = !limiter.isEmpty() || !attempts.isEmpty();
            Optional<Duration> time = outage.timeUntilDown(
                    new OutageDetector.AttemptsSnapshot(wanted, attempts.oldestNanos(), attempts.isLoggingIn()));
            if (time.isPresent() && time.get().isZero()) {
                givenUp = declareDown();
            } else {
                time.ifPresent(outageCheck::schedule);
            }
            known = outage.lastFailure();
        }
        givenUp.forEach(one -> one.caller().onFailed(known.get().exception(target())));
        if (!givenUp.isEmpty()) {
            listeners.forEach(GateListener::onChange);
        }
    }

    /**
     * Declares the server down, and starts the probes. Called with the lock held.
     *
     * @return the requests to fail
     */
    private List<OpeningRequest> declareDown() {
        List<OpeningRequest> givenUp = limiter.drain();
        givenUp.addAll(attempts.detachRequests());
        boolean isNews = !outage.isDown();
        outage.declareDown();
        if (isNews) {
            probing.begin(!givenUp.isEmpty());
        }
        return givenUp;
    }

    private synchronized void probe() {
        if (!outage.isDown()) {
            return;
        }
        if (!probing.isNeeded()) {
            outage.forgetOutage();
            probing.end();
            return;
        }
        if (probing.allowsAnother()) {
            threads.begin(attempts.begin(Optional.empty()), ProbeSchedule.MAX_TIME);
        }
        probing.scheduleNext();
    }
}
