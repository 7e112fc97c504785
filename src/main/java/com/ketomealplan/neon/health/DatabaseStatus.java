package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.Failure;
import java.time.Instant;
import java.util.Optional;

/**
 * How the database is, and since when.
 *
 * @param lastSuccess when it last answered; empty if it has not yet
 * @param lastFailure when a connection to it could last not be opened; where connections are not what is wrong, when that was last met
 * @param failure why; its cause is for operators, its kind has an explanation for clients
 */
public record DatabaseStatus(
        Condition condition,
        Instant since,
        Optional<Instant> lastSuccess,
        Optional<Instant> lastFailure,
        Optional<Failure> failure) {

    /** The condition in a sentence or two that a client may read. */
    public String explanation() {
        return condition.isHealthy()
                ? condition.explanation()
                : failure.map(reason -> reason.kind().explanation()).orElse(condition.explanation());
    }

    /** The condition in full, for operators. */
    public String cause() {
        return condition.isHealthy() && condition != Condition.LOGIN_REFUSED
                ? condition.explanation()
                : failure.map(Failure::cause).orElse(condition.explanation());
    }
}
