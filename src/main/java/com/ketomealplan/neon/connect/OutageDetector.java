package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Judges from what happened to attempts to open connections, and to open ones, whether the server is down, refuses us for good, or does
 * not answer. Events and times in, a verdict out: it has no threads and no timers. A verdict has an age, and old ones expire. Guarded
 * by the gate's lock.
 */
final class OutageDetector {

    /** How long a failure that only an operator can end is remembered, and a server that did not answer is held for silent. */
    static final Duration FAILURE_TTL = Duration.ofSeconds(30);

    /** How long an outage may last before requests no longer wait for its end: a restart goes unnoticed. */
    static final Duration GRACE = Duration.ofSeconds(1);

    /** How long a server may refuse connections in words that pass, such as that it starts, before requests no longer wait. */
    static final Duration REFUSAL_GRACE = Duration.ofSeconds(5);

    /**
     * How long callers wait for other credentials where those are refused that were accepted before: who changes a password writes it
     * into a file before or after.
     */
    static final Duration RENEWAL_GRACE = Duration.ofSeconds(3);

    private final LongSupplier nanoTime;
    private Optional<ConnectFailure> last = Optional.empty();
    private boolean failing;
    /** Since when the server has not answered on an open connection, while no success has followed. */
    private Optional<Long> silentNanos = Optional.empty();

    private boolean down;
    /** Whether credentials were refused that may be renewed soon, and callers were let wait for that. */
    private boolean renewable;

    /**
     * A failure to open a connection.
     *
     * @param firstNanos when such failures began
     * @param lastNanos when it was
     */
    record ConnectFailure(Failure failure, SQLException reason, long firstNanos, long lastNanos) {

        boolean isOutage() {
            return failure.kind() == FailureKind.UNAVAILABLE;
        }

        boolean isTransient() {
            return failure.kind().isTransient();
        }
    }

    /** What is under way while a verdict is asked for. */
    record Attempts(boolean wanted, long oldestNanos, boolean loggingIn) {}

    OutageDetector(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A connection was opened: nothing that was known of failures holds any more. */
    void opened() {
        failing = false;
        down = false;
        renewable = false;
        silentNanos = Optional.empty();
    }

    /**
     * An attempt failed.
     *
     * @param begunNanos when it began: an outage is counted from the beginning of its first attempt
     */
    ConnectFailure failed(Failure failure, SQLException reason, long begunNanos) {
        long first = last.filter(before -> failing && before.failure().kind() == failure.kind())
                .map(ConnectFailure::firstNanos)
                .orElse(begunNanos);
        ConnectFailure known = new ConnectFailure(failure, reason, first, nanoTime.getAsLong());
        boolean another = !failing || last.get().failure().kind() != failure.kind();
        last = Optional.of(known);
        failing = true;
        if (another && !known.isOutage()) {
            down = false; // it is there, and says no
        }
        return known;
    }

    /** The last log-in was refused, with credentials that were accepted before and may be renewed. */
    void mayBeRenewed() {
        renewable = isRefused() && isWithinGraceOfRenewal();
    }

    /** Whether callers wait for other credentials. */
    boolean isAwaitingRenewal() {
        return renewable && isRefused() && isWithinGraceOfRenewal();
    }

    private boolean isWithinGraceOfRenewal() {
        return nanoTime.getAsLong() - last.get().firstNanos() < RENEWAL_GRACE.toNanos();
    }

    /** Whether they have waited long enough; true once. */
    boolean endsAwaitingRenewal() {
        boolean ends = renewable && !isAwaitingRenewal();
        renewable = renewable && !ends;
        return ends;
    }

    /** Whether the server has refused the last log-in. */
    boolean isRefused() {
        return failing && last.get().failure().kind() == FailureKind.AUTHENTICATION;
    }

    /** After a refusal, when to look for other credentials: often at first, when they are to be expected. */
    Duration timeToLookForCredentials() {
        return isAwaitingRenewal() || shouldFailFast() ? CredentialWatch.LOOK : CredentialWatch.LATER_LOOK;
    }

    /** There are other credentials: the refusal says nothing of them. */
    void renewed() {
        if (isRefused()) {
            failing = false;
            renewable = false;
        }
    }

    /**
     * Whether a failed attempt shows that an outage has outlasted {@link #GRACE}, or that a server which refuses connections in
     * words that pass has done so for {@link #REFUSAL_GRACE}.
     */
    boolean isOutageConfirmedBy(ConnectFailure failure) {
        Duration grace = failure.isOutage() ? GRACE : REFUSAL_GRACE;
        return failure.isTransient() && (down || failure.lastNanos() - failure.firstNanos() >= grace.toNanos());
    }

    /**
     * The server does not answer on an open connection: so it is not asleep.
     *
     * @return whether that is news
     */
    boolean unresponsive() {
        boolean known = isSilent();
        if (!known) {
            silentNanos = Optional.of(nanoTime.getAsLong());
        }
        return !known;
    }

    /** Whether it was unresponsive lately: what was a while ago says nothing about a compute that has gone to sleep since. */
    boolean isSilent() {
        return silentNanos
                .filter(then -> nanoTime.getAsLong() - then < FAILURE_TTL.toNanos())
                .isPresent();
    }

    /** Whether there may be an outage that nobody has confirmed. */
    boolean isSuspicious() {
        return isSilent() || failing && last.get().isOutage();
    }

    /**
     * Judges whether a suspected outage is one.
     *
     * @return after what time to ask again; zero if the server is down; empty if there is nothing to suspect
     */
    Optional<Duration> timeUntilDown(Attempts attempts) {
        if (down || !attempts.wanted() || !isSuspicious()) {
            return Optional.empty();
        }
        boolean silent = isSilent();
        // It may be another outage than the one that was suspected first
        long since = silent
                ? Math.max(silentNanos.get(), attempts.oldestNanos())
                : last.get().firstNanos();
        Duration missing = GRACE.minusNanos(nanoTime.getAsLong() - since);
        if (missing.compareTo(Duration.ZERO) > 0) {
            return Optional.of(missing);
        }
        return Optional.of(
                !silent && attempts.loggingIn() ? GRACE : Duration.ZERO); // it is there again, and takes its time
    }

    /** The server is down, until a connection is opened or it refuses one in words. */
    void declareDown() {
        if (isSilent() && !(failing && last.get().isOutage())) {
            SQLException reason = new SQLException(
                    "the server does not answer, neither on open connections nor on new ones", "08006");
            last = Optional.of(
                    new ConnectFailure(Failure.toOpen(reason), reason, silentNanos.get(), nanoTime.getAsLong()));
            failing = true;
        }
        down = true;
    }

    /** Nobody looks for the server any more: the next request finds out. */
    void forgetOutage() {
        down = false;
    }

    boolean isDown() {
        return down;
    }

    /** Whether another attempt would be in vain, or is the business of the probes; then it is the last failure that says why. */
    boolean shouldFailFast() {
        return down || hasLastingFailure() && nanoTime.getAsLong() - last.get().lastNanos() < FAILURE_TTL.toNanos();
    }

    /** Whether connections cannot be opened before an operator has acted. */
    boolean hasLastingFailure() {
        return isFailingForGood() && !isAwaitingRenewal();
    }

    /** The same, also while callers wait for other credentials. */
    boolean isFailingForGood() {
        return failing && !last.get().isTransient();
    }

    /** Whether the last attempt failed, and callers are told so. */
    boolean isKnownToFail() {
        return failing && !isAwaitingRenewal();
    }

    /** Whether the last attempt failed. */
    boolean isFailing() {
        return failing;
    }

    /** Whether it is worth waiting: the server has taken a connection and takes its time, or has said that it does. */
    boolean isWaking(boolean loggingIn) {
        return !isSilent()
                && (loggingIn || failing && !last.get().isOutage() && last.get().isTransient());
    }

    /**
     * Whether the server holds an attempt inside its log-in, as a compute does that wakes. A refusal in words is no wake: it says that
     * nothing is to be had.
     */
    boolean isHoldingLogin(boolean loggingIn) {
        return loggingIn && !isSilent();
    }

    /** The last failure, also if a connection was opened since. */
    Optional<ConnectFailure> lastFailure() {
        return last;
    }
}
