package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.failure.Failure;
import java.sql.SQLException;
import java.time.Duration;
import org.jdbi.v3.core.ConnectionException;

/**
 * Thrown if a migration got no connection. The message has the target, the cause and the remedy; there is no stack trace, because
 * Dropwizard's commands print the exception for an operator.
 */
final class DatabaseNotOpenedException extends SQLException {

    private static final long serialVersionUID = 1L;

    DatabaseNotOpenedException(String target, SQLException cause) {
        this(target, Failure.of(new ConnectionException(cause)));
    }

    /** Creates the exception for another migration that has not ended in time. */
    DatabaseNotOpenedException(String target, Duration waited) {
        super("%s: another migration was still running after %d s".formatted(target, waited.toSeconds()));
    }

    private DatabaseNotOpenedException(String target, Failure failure) {
        super(target + ": " + failure.cause(), failure.sqlState().orElse(null));
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
