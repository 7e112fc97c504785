package com.ketomealplan.neon.embedded;

/** The embedded PostgreSQL cannot be used. The message says why and what to do instead. */
public final class EmbeddedDatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmbeddedDatabaseException(String message, Throwable cause) {
        super(message + ". Or set NEON_DATABASE_URL to a database of yours", cause);
    }
}
