package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Decides, from the results of attempts and from open connections, whether the server is down, refuses log-ins permanently, or is
 * unresponsive. It has no threads and no timers. What it has detected expires. Guarded by the gate's lock.
 */
final class OutageDetector {

    /** How long a permanent failure is remembered, and a server that did not answer is taken to be unresponsive. */
    static final Duration FAIL_FAST_TTL = Duration.ofSeconds(30);

    /** How long an outage may last before requests fail fast: long enough for a restart to go unnoticed. */
    static final Duration GRACE = Duration.ofSeconds(1);

    /** How long a server may refuse connections with transient errors, such as that it starts, before requests fail fast. */
    static final Duration REFUSAL_GRACE = Duration.ofSeconds(5);

    /**
     * How long callers wait for new credentials after a refusal of credentials that were accepted before: the file may be written shortly
     * after the password was changed.
     */
    static final Duration RENEWAL_GRACE = Duration.ofSeconds(3);

    private final LongSupplier nanoTime;
    private Optional<ConnectFailure> last = Optional.empty();
    private boolean lastAttemptFailed;
    private Optional<Long> openedNanos = Optional.empty();
    /** Since when the server has not answered on an open connection; empty after a success. */
    private Optional<Long> unresponsiveNanos = Optional.empty();

    private boolean down;
    /** Whether callers wait for new credentials after a refusal. */
    private boolean renewable;

    /**
     * A failed attempt to open a connection.
     *
     * @param firstNanos when failures of its kind began
     * @param lastNanos when it happened
     */
    record ConnectFailure(Failure failure, SQLException reason, long firstNanos, long lastNanos) {

        boolean isOutage() {
            return failure.kind() == FailureKind.UNAVAILABLE;
        }

        boolean isTransient() {
            return failure.kind().isTransient();
        }

        OpeningFailedException exception(String target) {
            return new OpeningFailedException(target, failure, reason);
        }
    }

    /** The current attempts. */
    record AttemptsSnapshot(boolean wanted, long oldestNanos, boolean loggingIn) {}

    OutageDetector(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Records that a connection was opened: all failures are cleared. */
    void onOpened() {
        openedNanos = Optional.of(nanoTime.getAsLong());
        lastAttemptFailed = false;
        down = false;
        renewable = false;
        unresponsiveNanos = Optional.empty();
    }

    /**
     * Records a failed attempt.
     *
     * @param begunNanos when it began: an outage is counted from the start of its first attempt, unless a connection was opened since
     */
    ConnectFailure onFailed(Failure failure, SQLException reason, long begunNanos) {
        long now = nanoTime.getAsLong();
        boolean openedSince = openedNanos.filter(then -> then - begunNanos > 0).isPresent();
        long first = last.filter(before -> lastAttemptFailed && before.failure().kind() == failure.kind())
                .map(ConnectFailure::firstNanos)
                .orElse(openedSince ? now : begunNanos);
        ConnectFailure known = new ConnectFailure(failure, reason, first, now);
        boolean another = !lastAttemptFailed || last.get().failure().kind() != failure.kind();
        last = Optional.of(known);
        lastAttemptFailed = true;
        if (another && !known.isOutage()) {
            down = false; // the server is reachable, and refuses
        }
        return known;
    }

    /** Records that the refused credentials were accepted before and may be renewed. */
    void awaitRenewal() {
        renewable = isLoginRefused() && isWithinGraceOfRenewal();
    }

    /** Returns whether callers wait for new credentials. */
    boolean isAwaitingRenewal() {
        return renewable && isLoginRefused() && isWithinGraceOfRenewal();
    }

    private boolean isWithinGraceOfRenewal() {
        return nanoTime.getAsLong() - last.get().firstNanos() < RENEWAL_GRACE.toNanos();
    }

    /** Ends the wait for new credentials after its grace period; returns true once. */
    boolean endAwaitingRenewal() {
        boolean ends = renewable && !isAwaitingRenewal();
        renewable = renewable && !ends;
        return ends;
    }

    /** Returns whether the server has refused the last log-in. */
    boolean isLoginRefused() {
        return lastAttemptFailed && last.get().failure().kind() == FailureKind.AUTHENTICATION;
    }

    /** Returns the time to the next check for new credentials: shorter at first. */
    Duration credentialCheckInterval() {
        return isAwaitingRenewal() || shouldFailFast() ? CredentialWatch.INTERVAL : CredentialWatch.SLOW_INTERVAL;
    }

    /** Clears a refusal, because the credentials have changed. */
    void onRenewed() {
        if (isLoginRefused()) {
            lastAttemptFailed = false;
            renewable = false;
        }
    }

    /**
     * Returns whether a failed attempt shows that an outage has lasted for {@link #GRACE}, or that the server has refused
     * connections with transient errors for {@link #REFUSAL_GRACE}.
     */
    boolean isOutageConfirmedBy(ConnectFailure failure) {
        Duration grace = failure.isOutage() ? GRACE : REFUSAL_GRACE;
        return failure.isTransient() && (down || failure.lastNanos() - failure.firstNanos() >= grace.toNanos());
    }

    /**
     * Records that the server does not answer on an open connection: so it is not asleep.
     *
     * @return whether that was not known
     */
    boolean onUnresponsive() {
        boolean known = isUnresponsive();
        if (!known) {
            unresponsiveNanos = Optional.of(nanoTime.getAsLong());
        }
        return !known;
    }

    /** Returns whether the server was unresponsive lately; it expires, because a compute may have gone to sleep since. */
    boolean isUnresponsive() {
        return unresponsiveNanos
                .filter(then -> nanoTime.getAsLong() - then < FAIL_FAST_TTL.toNanos())
                .isPresent();
    }

    /** Returns whether there may be an outage that is not confirmed. */
    boolean isOutageSuspected() {
        return isUnresponsive() || lastAttemptFailed && last.get().isOutage();
    }

    /**
     * Returns whether a suspected outage is one.
     *
     * @return the time after which to call again; zero if the server is down; empty if no outage is suspected
     */
    Optional<Duration> timeUntilDown(AttemptsSnapshot attempts) {
        if (down || !attempts.wanted() || !isOutageSuspected()) {
            return Optional.empty();
        }
        boolean unresponsive = isUnresponsive();
        // It may be a later outage than the one that was suspected first
        long since = unresponsive
                ? Math.max(unresponsiveNanos.get(), attempts.oldestNanos())
                : last.get().firstNanos();
        Duration missing = GRACE.minusNanos(nanoTime.getAsLong() - since);
        if (missing.compareTo(Duration.ZERO) > 0) {
            return Optional.of(missing);
        }
        return Optional.of(
                !unresponsive && attempts.loggingIn() ? GRACE : Duration.ZERO); // the server is reachable again
    }

    /** Declares the server down, until a connection is opened or it refuses one with an error. */
    void declareDown() {
        if (isUnresponsive() && !(lastAttemptFailed && last.get().isOutage())) {
            SQLException reason = new SQLException(
                    "the server does not answer, neither on open connections nor on new ones", "08006");
            last = Optional.of(
                    new ConnectFailure(Failure.toOpen(reason), reason, unresponsiveNanos.get(), nanoTime.getAsLong()));
            lastAttemptFailed = true;
        }
        down = true;
    }

    /** Clears the outage, because the probes have stopped: the next request makes an attempt. */
    void forgetOutage() {
        down = false;
    }

    boolean isDown() {
        return down;
    }

    /** Returns whether requests fail at once with the last failure, without an attempt. */
    boolean shouldFailFast() {
        return down || shouldFailWaiters() && nanoTime.getAsLong() - last.get().lastNanos() < FAIL_FAST_TTL.toNanos();
    }

    /** Returns whether waiters fail: the last failure is permanent, and its {@link #RENEWAL_GRACE}, if any, is over. */
    boolean shouldFailWaiters() {
        return hasFailedPermanently() && !isAwaitingRenewal();
    }

    /** Returns whether the last attempt failed permanently, until an operator acts; also while callers wait for new credentials. */
    boolean hasFailedPermanently() {
        return lastAttemptFailed && !last.get().isTransient();
    }

    /** Returns whether the last attempt failed, and callers do not wait for new credentials. */
    boolean isFailing() {
        return lastAttemptFailed && !isAwaitingRenewal();
    }

    /** Returns whether the last attempt failed. */
    boolean lastAttemptFailed() {
        return lastAttemptFailed;
    }

    /** Returns whether the server may be waking: an attempt is in its log-in, or the last one failed with a transient refusal. */
    boolean isWaking(boolean loggingIn) {
        return !isUnresponsive()
                && (loggingIn
                        || lastAttemptFailed
                                && !last.get().isOutage()
                                && last.get().isTransient());
    }

    /**
     * Returns whether the server holds an attempt in its log-in, as a waking compute does. A refusal is no wake.
     */
    boolean isHoldingLogin(boolean loggingIn) {
        return loggingIn && !isUnresponsive();
    }

    /** Returns when a connection was last opened; empty if none was. */
    Optional<Long> openedNanos() {
        return openedNanos;
    }

    /** Returns the last failure, even if a connection was opened since. */
    Optional<ConnectFailure> lastFailure() {
        return last;
    }
}
