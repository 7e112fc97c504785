package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.Failure;
import java.time.Instant;
import java.util.Optional;

/**
 * How the database is, and since when.
 *
 * @param lastSuccess when it last answered; empty if it has not yet
 * @param lastFailure when what is wrong was last met; if nothing is, when a connection could last not be opened, or a unit of work
 *     lacked something of the schema, or room
 * @param failure why; its cause is for operators, its kind has an explanation for clients
 * @param cutOff whether no connection is open, and the last attempt to open one has failed
 * @param sleeps whether the database is one that ends by itself what nobody uses, as a Neon compute does
 */
public record DatabaseStatus(
        Condition condition,
        Instant since,
        Optional<Instant> lastSuccess,
        Optional<Instant> lastFailure,
        Optional<Failure> failure,
        boolean cutOff,
        boolean sleeps) {

    private static final String UNUSED =
            "Nobody has needed the database lately, or it has ended its connections. The next request opens one.";

    private static final String SLOW = "The database takes its time to let the service in, as one does that starts.";

    /** Whether requests are served, or may be: not if it throttles a process that has nothing open. */
    public boolean isHealthy() {
        return condition.isHealthy() && !isThrottledOut();
    }

    private boolean isThrottledOut() {
        return condition == Condition.THROTTLED && cutOff;
    }

    /** {@code connected}, {@code idle} or {@code disconnected}, as monitoring of the FastAPI service knows them. */
    public String connectionInWords() {
        return isThrottledOut() ? Condition.DOWN.connectionInWords() : condition.connectionInWords();
    }

    /** The condition in a sentence or two that a client may read. */
    public String explanation() {
        return reason().map(found -> found.kind().explanation()).orElseGet(this::inGeneral);
    }

    /** The condition in full, for operators. */
    public String cause() {
        Optional<Failure> told = condition == Condition.LOGIN_REFUSED ? failure : reason();
        return told.map(Failure::cause).orElseGet(this::inGeneral);
    }

    /** What has brought it there. */
    private Optional<Failure> reason() {
        return condition.isHealthy() && condition != Condition.THROTTLED ? Optional.empty() : failure;
    }

    private String inGeneral() {
        if (!sleeps && condition == Condition.ASLEEP) {
            return UNUSED;
        }
        return !sleeps && condition == Condition.WAKING ? SLOW : condition.explanation();
    }

    /** A condition in the words of this database's log: what does not sleep is not called asleep. */
    String inWords(Condition other) {
        if (sleeps) {
            return other.inWords();
        }
        return switch (other) {
            case ASLEEP -> "not in use";
            case WAKING -> "slow to log in";
            default -> other.inWords();
        };
    }
}
