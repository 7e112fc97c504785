package com.ketomealplan.neon.embedded;

import java.nio.file.Path;

/**
 * Thrown if the embedded PostgreSQL cannot be used. The message has the cause and the remedy; there is no stack trace if the
 * directory is the cause.
 */
public final class EmbeddedDatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmbeddedDatabaseException(String message, Throwable cause) {
        super(message + ". Or set NEON_DATABASE_URL to a database of yours", cause);
    }

    /** Creates the exception for a directory that cannot hold a database. */
    EmbeddedDatabaseException(Path directory, String problem) {
        super(
                "database.embeddedDirectory: the embedded PostgreSQL cannot use " + directory + ", because "
                        + problem
                        + "; set EMBEDDED_POSTGRES_DIR to another directory, or NEON_DATABASE_URL to a database of yours",
                null,
                false,
                false);
    }

    @Override
    public String toString() {
        return getStackTrace().length == 0 ? getMessage() : super.toString();
    }
}
