package com.ketomealplan.neon.credentials;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the credentials of a log-in by the server's earlier results. They are read from the source for each log-in.
 *
 * <ul>
 *   <li>Another user is presented at once.
 *   <li>Another password of the same user is used after the server has refused the one before: whichever of file and role is changed first,
 *       that is one refused log-in.
 *   <li>If the new ones are refused, the last accepted ones are used.
 *   <li>Refused credentials are not used for {@link #REFUSAL_TTL}, while there are others.
 * </ul>
 *
 * Thread-safe.
 */
public final class CredentialSelector {

    private static final Logger LOG = LoggerFactory.getLogger(CredentialSelector.class);

    /** How long a refusal is remembered. */
    static final Duration REFUSAL_TTL = Duration.ofSeconds(30);

    private final CredentialSource source;
    private final LongSupplier nanoTime;
    private final Map<Credentials, Long> refusals = new HashMap<>();
    private Credentials accepted;
    /** The credentials of the source when all of them were refused. */
    private Credentials exhausted;

    private Credentials warnedOf;

    /** One log-in. */
    public record LogIn(Credentials credentials, long begunNanos) {}

    public CredentialSelector(CredentialSource source) {
        this(source, System::nanoTime);
    }

    CredentialSelector(CredentialSource source, LongSupplier nanoTime) {
        this.source = source;
        this.nanoTime = nanoTime;
    }

    /** Returns the credentials of the next log-in. Reads the source, and blocks as that does. */
    public LogIn next() {
        Credentials latest = source.current();
        synchronized (this) {
            return logIn(unrefused(latest).orElse(latest));
        }
    }

    /**
     * The server has refused a log-in. Reads the source once more.
     *
     * @return other credentials; empty if all were refused
     */
    public Optional<LogIn> refused(LogIn login) {
        Credentials latest = source.current();
        synchronized (this) {
            refusals.put(login.credentials(), nanoTime.getAsLong());
            Optional<Credentials> other = unrefused(latest);
            exhausted = other.isPresent() ? exhausted : latest;
            if (other.isPresent() && login.credentials().equals(latest)) {
                warnOf(latest);
            }
            return other.map(this::logIn);
        }
    }

    /** Records that the server has accepted a log-in. */
    public synchronized void accepted(LogIn login) {
        Credentials now = login.credentials();
        if (now.equals(accepted)) {
            return;
        }
        Long refused = refusals.get(now);
        if (refused != null && refused - login.begunNanos() > 0) {
            return; // a later log-in has set it
        }
        refusals.remove(now);
        exhausted = null;
        warnedOf = null;
        if (accepted != null) {
            LOG.info(
                    accepted.isOfSameUserAs(now)
                            ? "New password of user {} accepted by the database"
                            : "Log-in user changed to {}",
                    now.user());
        }
        accepted = now;
    }

    /** Returns whether the credentials may change while the process runs. */
    public boolean mayChange() {
        return source.mayChange();
    }

    /** Returns whether the source has credentials that the server has not refused. Reads the source, and blocks as that does. */
    public boolean hasNew() {
        Credentials latest = source.current();
        synchronized (this) {
            return !latest.equals(exhausted) && unrefused(latest).isPresent();
        }
    }

    /** Returns the user of the last log-in that was accepted; empty if none was. */
    public synchronized Optional<String> userOfLast() {
        return Optional.ofNullable(accepted).map(Credentials::user);
    }

    private LogIn logIn(Credentials credentials) {
        return new LogIn(credentials, nanoTime.getAsLong());
    }

    private Optional<Credentials> unrefused(Credentials latest) {
        long now = nanoTime.getAsLong();
        refusals.values().removeIf(then -> now - then >= REFUSAL_TTL.toNanos());
        return candidates(latest).stream()
                .filter(one -> !refusals.containsKey(one))
                .findFirst();
    }

    private List<Credentials> candidates(Credentials latest) {
        if (accepted == null || accepted.equals(latest)) {
            return List.of(latest);
        }
        return accepted.isOfSameUserAs(latest) ? List.of(accepted, latest) : List.of(latest, accepted);
    }

    /** Warns that the credentials of the file were refused. The previous ones are used, which would be lost by a restart. */
    private void warnOf(Credentials latest) {
        if (!latest.equals(warnedOf)) {
            warnedOf = latest;
            LOG.warn(
                    "Log-in of user {} refused with the credentials of the file: log-ins go on with the previous ones of user {}",
                    latest.user(),
                    accepted == null ? latest.user() : accepted.user());
        }
    }
}
