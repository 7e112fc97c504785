package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.Failure;
import java.time.Instant;
import java.util.Optional;

/**
 * The condition of the database, and since when it lasts.
 *
 * @param lastSuccess when it last answered; empty if never
 * @param lastFailure when opening a connection last failed; for other failures, when they last occurred
 * @param failure the failure; its cause is for operators, its kind has an explanation for clients
 * @param cutOff whether no connection is open, and the last attempt to open one has failed
 * @param sleeps whether the database is a compute that suspends
 */
public record DatabaseStatus(
        DatabaseCondition condition,
        Instant since,
        Optional<Instant> lastSuccess,
        Optional<Instant> lastFailure,
        Optional<Failure> failure,
        boolean cutOff,
        boolean sleeps) {

    private static final String UNUSED =
            "No connection is open: the database was not used lately, or it has closed them. The next request opens one.";

    private static final String SLOW = "The log-in to the database takes long, as while it starts.";

    /** Returns whether requests are served, or may be: not if it throttles a process that has nothing open. */
    public boolean isHealthy() {
        return condition.isHealthy() && !isThrottledOut();
    }

    private boolean isThrottledOut() {
        return condition == DatabaseCondition.THROTTLED && cutOff;
    }

    /** Returns {@code connected}, {@code idle} or {@code disconnected}, as in the FastAPI service. */
    public String connectionLabel() {
        return isThrottledOut() ? DatabaseCondition.DOWN.connectionLabel() : condition.connectionLabel();
    }

    /** Returns an explanation of the condition for clients. */
    public String explanation() {
        return reason().map(found -> found.kind().explanation()).orElseGet(this::generalExplanation);
    }

    /** Returns the full cause of the condition, for operators. */
    public String cause() {
        Optional<Failure> shown = condition == DatabaseCondition.LOGIN_REFUSED ? failure : reason();
        return shown.map(Failure::cause).orElseGet(this::generalExplanation);
    }

    /** Returns the failure that has caused the condition. */
    private Optional<Failure> reason() {
        return condition.isHealthy() && condition != DatabaseCondition.THROTTLED ? Optional.empty() : failure;
    }

    private String generalExplanation() {
        if (!sleeps && condition == DatabaseCondition.ASLEEP) {
            return UNUSED;
        }
        return !sleeps && condition == DatabaseCondition.WAKING ? SLOW : condition.explanation();
    }

    /** Returns the name of a condition for the log: "asleep" only if the database suspends. */
    String nameOf(DatabaseCondition other) {
        if (sleeps) {
            return other.label();
        }
        return switch (other) {
            case ASLEEP -> "not in use";
            case WAKING -> "slow to log in";
            default -> other.label();
        };
    }
}
