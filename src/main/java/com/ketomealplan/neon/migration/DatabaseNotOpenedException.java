package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.failure.Failure;
import java.sql.SQLException;
import java.time.Duration;
import org.jdbi.v3.core.ConnectionException;

/**
 * A migrator got no connection. Its text has the target, the whole cause and what to do; it has no stack trace, because
 * Dropwizard's commands print what they are thrown, and an operator reads it.
 */
final class DatabaseNotOpenedException extends SQLException {

    private static final long serialVersionUID = 1L;

    DatabaseNotOpenedException(String target, SQLException cause) {
        this(target, Failure.of(new ConnectionException(cause)));
    }

    /** Another migrator has not ended in time. */
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
